"""Read and write surveys and their photos as rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.rows.corrections import Correction, corrections_of_jobs
from coralchunk.storage.sql.tables import SURVEY_PHOTOS, SURVEYS

LARGEST_ID: Final = 2**53 - 1  # as a job's


@dataclass(frozen=True, slots=True)
class Survey:
    """Photos that belong together."""

    id: int
    user_id: int | None  # whose it is; None: made without a token
    name: str
    site: str
    date: dt.date
    depth_m: float | None
    transect: str | None
    created_at: float  # Unix seconds
    creator: str | None = None
    contact: str | None = None  # e-mail address
    licence: str | None = None  # SPDX identifier
    keeps_photos: bool = False  # with their maps, after their jobs have expired
    share_id: str | None = None  # of the link by which it can be read without a token


@dataclass(frozen=True, slots=True)
class SurveyPhoto:
    """What was found in one photo; not the photo itself. All but the chunks."""

    id: int
    survey_id: int
    job_id: int
    name: str
    taken_at: str | None  # ISO 8601
    latitude: float | None
    longitude: float | None
    added_at: float  # Unix seconds
    width: int  # px
    height: int  # px
    bleached_px: int
    coral_px: int
    judged_px: int
    coral_chunks: int
    summary: str  # JSON
    sha256: str | None  # of the photo's file; None where an older version added it
    kept_bytes: int | None = None  # of the photo and its maps; None where they are not kept
    camera: str | None = None  # make and model
    depth_m: float | None = None  # None: the survey's
    transect: str | None = None  # None: the survey's


_PHOTO_COLUMNS: Final = [column for column in SURVEY_PHOTOS.c if column.name != "chunks"]


def add_survey(connection: Connection, survey: Survey) -> None:
    """Add a survey."""
    connection.execute(insert(SURVEYS).values(asdict(survey)))


def find_survey(connection: Connection, survey_id: int) -> Survey | None:
    """Return a survey; None if there is none of this id."""
    if survey_id > LARGEST_ID:  # more than the database can look up
        return None
    row = connection.execute(select(SURVEYS).where(SURVEYS.c.id == survey_id)).one_or_none()
    return None if row is None else Survey(**row._asdict())


def shared_survey(connection: Connection, share_id: str) -> Survey | None:
    """Return the survey that is shared under an id."""
    row = connection.execute(select(SURVEYS).where(SURVEYS.c.share_id == share_id)).one_or_none()
    return None if row is None else Survey(**row._asdict())


def surveys_of(connection: Connection, user_id: int) -> list[Survey]:
    """Return the surveys of a user, in the order of their dates."""
    chosen = select(SURVEYS).where(SURVEYS.c.user_id == user_id).order_by(SURVEYS.c.date, SURVEYS.c.id)
    return [Survey(**row._asdict()) for row in connection.execute(chosen)]


def change_survey(connection: Connection, survey_id: int, changes: Mapping[str, Any]) -> None:
    """Give some columns of a survey other values."""
    connection.execute(update(SURVEYS).where(SURVEYS.c.id == survey_id).values(changes))


def delete_survey(connection: Connection, survey_id: int) -> None:
    """Remove a survey and its photos."""
    connection.execute(delete(SURVEYS).where(SURVEYS.c.id == survey_id))


def count_photos(connection: Connection, survey_id: int) -> int:
    """Return how many photos a survey has."""
    counted = select(func.count()).where(SURVEY_PHOTOS.c.survey_id == survey_id)
    return int(connection.execute(counted).scalar_one())


def add_photo(connection: Connection, photo: SurveyPhoto, chunks: bytes) -> bool:
    """Add a photo; its id is ignored. Returns False if the survey has one of the same job."""
    values = asdict(photo) | {"chunks": chunks}
    del values["id"]
    try:
        with connection.begin_nested():
            connection.execute(insert(SURVEY_PHOTOS).values(values))
    except IntegrityError:
        return False
    return True


def photos_of(connection: Connection, survey_ids: Sequence[int]) -> list[SurveyPhoto]:
    """Return the photos of surveys, in the order in which they were added."""
    chosen = select(*_PHOTO_COLUMNS).where(SURVEY_PHOTOS.c.survey_id.in_(survey_ids))
    return [_photo(row) for row in connection.execute(chosen.order_by(SURVEY_PHOTOS.c.id))]


def jobs_of_surveys(connection: Connection, survey_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return the jobs of the photos of those surveys that exist."""
    joined = SURVEYS.outerjoin(SURVEY_PHOTOS, SURVEY_PHOTOS.c.survey_id == SURVEYS.c.id)
    chosen = select(SURVEYS.c.id, SURVEY_PHOTOS.c.job_id).select_from(joined)
    found: dict[int, set[int]] = {}
    for survey_id, job_id in connection.execute(chosen.where(SURVEYS.c.id.in_(survey_ids))):
        found.setdefault(survey_id, set()).update(() if job_id is None else (job_id,))
    return found


def corrected_photos_of(
    connection: Connection, photos: Sequence[SurveyPhoto]
) -> list[tuple[SurveyPhoto, list[Correction], bytes]]:
    """Return those of the photos that have corrections, with these and with their chunks."""
    given: dict[int, list[Correction]] = {}
    for one in corrections_of_jobs(connection, [photo.job_id for photo in photos]):
        given.setdefault(one.job_id, []).append(one)
    concerned = {photo.id: photo for photo in photos if photo.job_id in given}
    columns = SURVEY_PHOTOS.c.id, SURVEY_PHOTOS.c.chunks
    rows = connection.execute(select(*columns).where(SURVEY_PHOTOS.c.id.in_(concerned)))
    return [(concerned[row.id], given[concerned[row.id].job_id], row.chunks) for row in rows]


def photo_of_job(connection: Connection, survey_id: int, job_id: int) -> SurveyPhoto | None:
    """Return the photo that was copied from a job."""
    is_it = (SURVEY_PHOTOS.c.survey_id == survey_id) & (SURVEY_PHOTOS.c.job_id == job_id)
    row = connection.execute(select(*_PHOTO_COLUMNS).where(is_it)).one_or_none()
    return None if row is None else _photo(row)


def lock_survey(connection: Connection, survey_id: int) -> bool:
    """Let no other transaction add photos to a survey before this one ends. Returns False if it is gone."""
    locked = select(SURVEYS.c.id).where(SURVEYS.c.id == survey_id).with_for_update()
    return connection.execute(locked).one_or_none() is not None  # SQLite has one writer at a time anyway


def photo_of_file(connection: Connection, survey_id: int, sha256: str) -> SurveyPhoto | None:
    """Return the first photo of a survey that was added from the same file."""
    is_it = (SURVEY_PHOTOS.c.survey_id == survey_id) & (SURVEY_PHOTOS.c.sha256 == sha256)
    rows = connection.execute(select(*_PHOTO_COLUMNS).where(is_it).order_by(SURVEY_PHOTOS.c.id).limit(1))
    row = rows.one_or_none()
    return None if row is None else _photo(row)


def chunks_of_photos(connection: Connection, survey_id: int) -> dict[int, bytes]:
    """Return the chunks of all photos of a survey, as they were given, by the photo's id."""
    columns = SURVEY_PHOTOS.c.id, SURVEY_PHOTOS.c.chunks
    rows = connection.execute(select(*columns).where(SURVEY_PHOTOS.c.survey_id == survey_id))
    return {row.id: row.chunks for row in rows}


def chunks_of_photo(
    connection: Connection, survey_id: int, photo_id: int
) -> tuple[SurveyPhoto, bytes] | None:
    """Return a photo of a survey with its chunks, as they were given."""
    is_it = (SURVEY_PHOTOS.c.survey_id == survey_id) & (SURVEY_PHOTOS.c.id == photo_id)
    row = connection.execute(select(*_PHOTO_COLUMNS, SURVEY_PHOTOS.c.chunks).where(is_it)).one_or_none()
    if row is None:
        return None
    fields = row._asdict()
    chunks: bytes = fields.pop("chunks")
    return SurveyPhoto(**fields), chunks


def change_photo(connection: Connection, photo_id: int, changes: Mapping[str, Any]) -> None:
    """Give some columns of a photo other values."""
    connection.execute(update(SURVEY_PHOTOS).where(SURVEY_PHOTOS.c.id == photo_id).values(changes))


def delete_photo(connection: Connection, survey_id: int, photo_id: int) -> bool:
    """Remove a photo from a survey. Returns False if it has none of this number."""
    is_it = (SURVEY_PHOTOS.c.survey_id == survey_id) & (SURVEY_PHOTOS.c.id == photo_id)
    return connection.execute(delete(SURVEY_PHOTOS).where(is_it)).rowcount == 1


def _photo(row: Row[Any]) -> SurveyPhoto:
    return SurveyPhoto(**row._asdict())
