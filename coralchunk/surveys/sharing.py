"""Share surveys by links that show them but do not allow to change them."""

import secrets
from dataclasses import dataclass
from typing import Final

from coralchunk.errors.surveys import UnknownSurveyShare
from coralchunk.storage.audit_log import Action, record
from coralchunk.storage.rows import surveys
from coralchunk.storage.rows.survey_members import find_for
from coralchunk.storage.sql.database import Database
from coralchunk.surveys.access import Requester, Role, permitted, subject_of, user_of
from coralchunk.surveys.measured import Measured
from coralchunk.surveys.service import SurveyService

_BYTES: Final = 18  # 144 random bits, 24 characters


@dataclass(frozen=True, slots=True)
class SurveySharing:
    """The links of surveys; each has at most one, until it is taken back."""

    database: Database
    surveys: SurveyService

    def share(self, survey_id: int, requester: Requester | None) -> str:
        """Return the id under which a survey is shared, the same each time.

        Raises UnknownSurvey, RoleTooWeak.
        """
        with self.database.writing() as connection:
            found = find_for(connection, survey_id, user_of(requester))
            survey = permitted(found, survey_id, Role.ADMIN)
            surveys.lock_survey(connection, survey_id)
            known = surveys.find_survey(connection, survey_id)
            if known is not None and known.share_id is not None:
                return known.share_id
            share_id = secrets.token_urlsafe(_BYTES)
            surveys.change_survey(connection, survey_id, {"share_id": share_id})
            if requester is not None:
                record(connection, requester.actor, Action.LINK_CREATED, subject_of(survey), requester.at)
        return share_id

    def take_back(self, survey_id: int, requester: Requester | None) -> None:
        """End the link of a survey, if it has one. Raises UnknownSurvey, RoleTooWeak."""
        with self.database.writing() as connection:
            found = find_for(connection, survey_id, user_of(requester))
            survey = permitted(found, survey_id, Role.ADMIN)
            surveys.change_survey(connection, survey_id, {"share_id": None})
            if requester is not None:
                record(connection, requester.actor, Action.LINK_REMOVED, subject_of(survey), requester.at)

    def shared(self, share_id: str) -> Measured:
        """Return the survey that is shared under an id. Raises UnknownSurveyShare."""
        with self.database.reading() as connection:
            found = surveys.shared_survey(connection, share_id)
        if found is None:
            raise UnknownSurveyShare
        return self.surveys.get(found.id, None)
