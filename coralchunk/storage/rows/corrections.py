"""Read and write corrections as rows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

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
    """Add a correction in place of an earlier one of the same chunk."""
    try:
        with connection.begin_nested():
            connection.execute(insert(CORRECTIONS).values(asdict(correction)))
    except IntegrityError:  # also if the earlier one came just now
        is_it = (CORRECTIONS.c.job_id == correction.job_id) & (CORRECTIONS.c.chunk == correction.chunk)
        connection.execute(update(CORRECTIONS).where(is_it).values(asdict(correction)))


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


def delete_correction(connection: Connection, job_id: int, chunk: int) -> None:
    """Remove the correction of a chunk, if there is one."""
    is_it = (CORRECTIONS.c.job_id == job_id) & (CORRECTIONS.c.chunk == chunk)
    connection.execute(delete(CORRECTIONS).where(is_it))
