"""Show the audit log to users, and enter exports in it."""

from collections.abc import Iterable
from typing import Final

from coralchunk.storage.audit_log import Action, record
from coralchunk.storage.rows import audit_events
from coralchunk.storage.rows.audit_events import AuditEvent
from coralchunk.storage.rows.survey_members import find_for
from coralchunk.storage.sql.database import Database
from coralchunk.surveys.access import Requester, Role, permitted, subject_of


class Activity:
    """What users did to surveys and tokens."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def exported(self, survey_ids: Iterable[int], file: str, requester: Requester | None) -> None:
        """Note that surveys are exported. Raises UnknownSurvey.

        file       such as "survey.csv"
        requester  None on a server that requires no tokens: nobody is known by name, nothing is noted
        """
        if requester is None:
            return
        with self._database.writing() as connection:
            for survey_id in survey_ids:
                found = find_for(connection, survey_id, requester.user_id)
                subject = subject_of(permitted(found, survey_id, Role.VIEWER), file)
                record(connection, requester.actor, Action.EXPORT, subject, requester.at)

    def of_survey(
        self, survey_id: int, requester: Requester, before: int | None, limit: int
    ) -> list[AuditEvent]:
        """Return what was done to a survey, newest first. Raises UnknownSurvey, RoleTooWeak.

        before  only events older than this one
        """
        with self._database.reading() as connection:
            found = find_for(connection, survey_id, requester.user_id)
            permitted(found, survey_id, Role.ADMIN)
            return audit_events.events_of_survey(connection, survey_id, before, limit)

    def for_user(self, requester: Requester, before: int | None, limit: int) -> list[AuditEvent]:
        """Return what a user did, and what was done to what they own or administer, newest first.

        before  as in `of_survey`
        """
        with self._database.reading() as connection:
            return audit_events.events_for_user(connection, requester.user_id, before, limit)
