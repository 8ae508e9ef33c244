"""Read and write the log of corrections as rows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from coralchunk.storage.sql.tables import CORRECTION_EVENTS


@dataclass(frozen=True, slots=True)
class CorrectionEvent:
    """A person gave a chunk a label, or took the correction of it back."""

    job_id: int
    chunk: int
    by: str | None
    at: float  # Unix seconds
    from_label: str | None  # see terms.State; None: the chunk had no correction
    to_label: str | None  # None: the correction was taken back
    said: str  # by the model


_COLUMNS: Final = [column for column in CORRECTION_EVENTS.c if column.name != "id"]
_MOST_NAMED: Final = 500  # ids in a query; SQLite and drivers of PostgreSQL limit them


def record_event(connection: Connection, event: CorrectionEvent) -> None:
    """Append an event."""
    connection.execute(insert(CORRECTION_EVENTS).values(asdict(event)))


def events_of_jobs(connection: Connection, job_ids: Sequence[int]) -> list[CorrectionEvent]:
    """Return the events of some jobs, oldest first."""
    found: list[Row[Any]] = []
    for start in range(0, len(job_ids), _MOST_NAMED):
        named = job_ids[start : start + _MOST_NAMED]
        chosen = select(CORRECTION_EVENTS).where(CORRECTION_EVENTS.c.job_id.in_(named))
        found += connection.execute(chosen).all()
    found.sort(key=lambda row: row.id)
    return [CorrectionEvent(*(getattr(row, column.name) for column in _COLUMNS)) for row in found]
