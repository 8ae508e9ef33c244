"""Give the photos of a survey what a table says of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from coralchunk.errors.surveys import BadTable
from coralchunk.storage.audit_log import Action, record
from coralchunk.storage.rows import surveys
from coralchunk.storage.rows.survey_members import find_for
from coralchunk.storage.rows.surveys import SurveyPhoto
from coralchunk.storage.sql.database import Database
from coralchunk.surveys.access import Requester, Role, permitted, subject_of, user_of
from coralchunk.surveys.metadata.table import PhotoTable, TableFault, read_table


@dataclass(frozen=True, slots=True)
class Filled:
    """What a table changed."""

    photos: int  # that have a row
    without_row: int
    ignored_columns: tuple[str, ...]


class MetadataService:
    """The metadata of photos in surveys."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def fill(self, survey_id: int, text: str, requester: Requester | None) -> Filled:
        """Give photos the values of their rows; all rows are used, or none.

        text  CSV

        Raises UnknownSurvey, BadTable.
        """
        with self._database.writing() as connection:
            survey = permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.ADMIN)
            surveys.lock_survey(connection, survey_id)
            photos = surveys.photos_of(connection, [survey_id])
            table = read_table(text, survey.site)
            changes, faults = _matched(table, photos)
            if table.faults or faults:
                raise BadTable([fault.words() for fault in (*table.faults, *faults)])
            for photo_id, fields in changes:
                if fields:
                    surveys.change_photo(connection, photo_id, fields)
            if requester is not None:
                subject = subject_of(survey, "data of photos")
                record(connection, requester.actor, Action.SURVEY_CHANGED, subject, requester.at)
        return Filled(len(changes), len(photos) - len(changes), table.ignored)


def _matched(
    table: PhotoTable, photos: Sequence[SurveyPhoto]
) -> tuple[list[tuple[int, dict[str, Any]]], list[TableFault]]:
    """Find the photo of each row by its file name, whatever the case of its letters."""
    known: dict[str, list[int]] = {}
    for photo in photos:
        known.setdefault(photo.name.lower(), []).append(photo.id)
    times = Counter(row.name.lower() for row in table.rows)
    changes, faults = [], []
    for row in table.rows:
        ids = known.get(row.name.lower(), [])
        if row.name and len(ids) != 1:
            remedy = (
                f"{len(ids)} photos of this survey have this name; rename the files before you add them"
                if ids
                else "the survey has no photo of this name; add the photo first, or remove the row"
            )
            faults.append(TableFault(row.row, "photo", row.name, remedy))
        elif row.name and times[row.name.lower()] > 1:
            faults.append(TableFault(row.row, "photo", row.name, "keep one row for each photo"))
        elif row.name:
            changes.append((ids[0], dict(row.fields)))
    return changes, faults
