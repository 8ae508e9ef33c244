"""Read and write corrections as rows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.rows.correction_events import CorrectionEvent, record_event
from coralchunk.storage.sql.tables import CORRECTIONS


@dataclass(frozen=True, slots=True)
class Correction:
    """The label that a person gave to a chunk, and the prediction of the model."""

    job_id: int
    chunk: int  # number in the photo, row by row
    owner: str  # of the job
    photo_key: str  # names the folder of its pictures
    label: str  # see terms.State
    by: str | None
    corrected_at: float  # Unix seconds
    said: str  # as label
    bleached: float  # probabilities
    healthy: float
    not_coral: float
    model_name: str
    model_version: str
    model_sha256: str
    window_x: int  # px of the upright photo, as the model saw it
    window_y: int
    photo_width: int  # px
    photo_height: int


_COLUMNS: Final = [column for column in CORRECTIONS.c if column.name != "id"]


def keep_correction(connection: Connection, correction: Correction) -> None:
    """Add a correction in place of an earlier one of the same chunk, and log it if it says anything new."""
    before = _find(connection, correction.job_id, correction.chunk)
    try:
        with connection.begin_nested():
            connection.execute(insert(CORRECTIONS).values(asdict(correction)))
    except IntegrityError:  # also if the earlier one came just now
        is_it = (CORRECTIONS.c.job_id == correction.job_id) & (CORRECTIONS.c.chunk == correction.chunk)
        connection.execute(update(CORRECTIONS).where(is_it).values(asdict(correction)))
    if before is None or (before.label, before.by) != (correction.label, correction.by):
        record_event(
            connection,
            CorrectionEvent(
                correction.job_id,
                correction.chunk,
                correction.by,
                correction.corrected_at,
                None if before is None else before.label,
                correction.label,
                correction.said,
            ),
        )


def corrections_of(connection: Connection, job_id: int) -> list[Correction]:
    """Return the corrections of a job, by chunk."""
    chosen = select(*_COLUMNS).where(CORRECTIONS.c.job_id == job_id).order_by(CORRECTIONS.c.chunk)
    return [Correction(**row._asdict()) for row in connection.execute(chosen)]


def corrections_of_jobs(connection: Connection, job_ids: Sequence[int]) -> list[Correction]:
    """Return the corrections of several jobs."""
    chosen = select(*_COLUMNS).where(CORRECTIONS.c.job_id.in_(job_ids)).order_by(CORRECTIONS.c.id)
    return [Correction(**row._asdict()) for row in connection.execute(chosen)]


def all_corrections(connection: Connection) -> list[Correction]:
    """Return every correction, oldest first."""
    chosen = select(*_COLUMNS).order_by(CORRECTIONS.c.id)
    return [Correction(**row._asdict()) for row in connection.execute(chosen)]


def delete_correction(connection: Connection, job_id: int, chunk: int, by: str | None, now: float) -> None:
    """Remove the correction of a chunk, if there is one, and log it.

    by   who takes it back
    now  Unix seconds
    """
    before = _find(connection, job_id, chunk)
    is_it = (CORRECTIONS.c.job_id == job_id) & (CORRECTIONS.c.chunk == chunk)
    if before is not None and connection.execute(delete(CORRECTIONS).where(is_it)).rowcount:
        record_event(connection, CorrectionEvent(job_id, chunk, by, now, before.label, None, before.said))


def _find(connection: Connection, job_id: int, chunk: int) -> Correction | None:
    is_it = (CORRECTIONS.c.job_id == job_id) & (CORRECTIONS.c.chunk == chunk)
    row = connection.execute(select(*_COLUMNS).where(is_it)).one_or_none()
    return None if row is None else Correction(**row._asdict())
