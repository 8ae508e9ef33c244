"""Store the heat stress of a survey's site, and find it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coralchunk.errors.heat_stress import NoHeatStress, NoSite
from coralchunk.storage.audit_log import Action, record
from coralchunk.storage.rows.heat_stress import heat_stress_of, put_heat_stress, remove_heat_stress
from coralchunk.storage.rows.survey_members import find_for
from coralchunk.storage.rows.surveys import Survey
from coralchunk.storage.sql.database import Database
from coralchunk.surveys.access import Requester, Role, permitted, subject_of, user_of
from coralchunk.surveys.heat_stress.series import HeatStress, packed, unpacked
from coralchunk.surveys.heat_stress.table import read_heat_stress


@dataclass(frozen=True, slots=True)
class Stored:
    """The site of a survey and its heat stress."""

    survey: Survey
    series: HeatStress | None
    uploaded_at: float | None  # Unix seconds


class HeatStressService:
    """The heat stress of the sites of surveys.

    It is stored with the site of the survey's owner, so that all their surveys of the site have it. A survey
    that was made without a token has its own.
    """

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def put(self, survey_id: int, text: str, name: str, requester: Requester | None, now: float) -> Stored:
        """Store the heat stress of the site of a survey, in place of an earlier one.

        text  of the file
        name  of the file, for those that name no station
        now   Unix seconds

        Raises UnknownSurvey, RoleTooWeak, NoSite, and the errors of read_heat_stress.
        """
        series = read_heat_stress(text, name)
        with self._database.writing() as connection:
            survey = permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.ADMIN)
            if not survey.site:
                raise NoSite
            put_heat_stress(connection, survey, series.name, packed(series), now)
            if requester is not None:
                subject = subject_of(survey, f"{survey.site}: {series.name}")
                record(connection, requester.actor, Action.HEAT_STRESS_STORED, subject, requester.at)
        return Stored(survey, series, now)

    def get(self, survey_id: int, requester: Requester | None) -> Stored:
        """Return the heat stress of the site of a survey. Raises UnknownSurvey."""
        with self._database.reading() as connection:
            survey = permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.VIEWER)
            row = heat_stress_of(connection, [survey])
        if row is None:
            return Stored(survey, None, None)
        return Stored(survey, unpacked(row.name, row.days), row.uploaded_at)

    def series(self, survey_id: int, requester: Requester | None) -> HeatStress:
        """Return the heat stress of the site of a survey. Raises UnknownSurvey, NoHeatStress."""
        found = self.get(survey_id, requester).series
        if found is None:
            raise NoHeatStress(survey_id)
        return found

    def of_surveys(self, surveys: Sequence[Survey]) -> HeatStress | None:
        """Return the heat stress of the site of surveys that were read; None if they have several sites."""
        if len({one.site for one in surveys}) != 1 or not surveys[0].site:
            return None
        with self._database.reading() as connection:
            row = heat_stress_of(connection, surveys)
        return None if row is None else unpacked(row.name, row.days)

    def remove(self, survey_id: int, requester: Requester | None) -> None:
        """Remove the heat stress of the site of a survey. Raises UnknownSurvey, RoleTooWeak, NoHeatStress."""
        with self._database.writing() as connection:
            survey = permitted(find_for(connection, survey_id, user_of(requester)), survey_id, Role.ADMIN)
            if not remove_heat_stress(connection, survey):
                raise NoHeatStress(survey_id)
            if requester is not None:
                subject = subject_of(survey, survey.site)
                record(connection, requester.actor, Action.HEAT_STRESS_REMOVED, subject, requester.at)
