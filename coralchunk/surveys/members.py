"""Invite users to surveys with a role."""

from dataclasses import dataclass
from typing import Final

from coralchunk.errors.surveys import OwnerStays, RolesOff, UnknownMember
from coralchunk.storage.audit_log import Action, record
from coralchunk.storage.rows import survey_members, users
from coralchunk.storage.rows.survey_members import OWNER_ROLE, find_for
from coralchunk.storage.rows.surveys import Survey
from coralchunk.storage.sql.database import Database
from coralchunk.surveys.access import Requester, Role, permitted, subject_of


@dataclass(frozen=True, slots=True)
class SurveyMember:
    """A user who may use a survey."""

    name: str
    role: str
    is_owner: bool
    added_at: float  # Unix seconds


class SurveyMembers:
    """The users of surveys and their roles.

    A `requester` of None raises RolesOff: on a server that requires no tokens nobody is known by name.
    """

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def listed(self, survey_id: int, requester: Requester | None) -> list[SurveyMember]:
        """Return who may use a survey, the owner first, then by name. Raises UnknownSurvey, RolesOff."""
        known = _known(requester)
        with self._database.reading() as connection:
            found = find_for(connection, survey_id, known.user_id)
            survey = permitted(found, survey_id, Role.VIEWER)
            owner = None if survey.user_id is None else users.name_of(connection, survey.user_id)
            members = survey_members.members_of(connection, survey_id)
        first = [] if owner is None else [SurveyMember(owner, OWNER_ROLE, True, survey.created_at)]  # noqa: FBT003
        return first + [SurveyMember(one.user_name, one.role, False, one.added_at) for one in members]  # noqa: FBT003

    def set_role(self, survey_id: int, name: str, role: Role, requester: Requester | None) -> None:
        """Invite a user, or give them another role.

        Raises UnknownSurvey, RoleTooWeak, UnknownMember, OwnerStays, RolesOff.
        """
        known = _known(requester)
        with self._database.writing() as connection:
            found = find_for(connection, survey_id, known.user_id)
            survey = permitted(found, survey_id, Role.ADMIN)
            user = users.find_user(connection, name)
            user_id = _other_than_owner(survey, None if user is None else user.id, name)
            survey_members.set_role(connection, survey_id, user_id, role, known.at)
            subject = subject_of(survey, f"{name}: {role}")
            record(connection, known.actor, Action.ROLE_SET, subject, known.at)

    def remove(self, survey_id: int, name: str, requester: Requester | None) -> None:
        """Take a user's role away; everybody may take away their own. Raises as `set_role`."""
        known = _known(requester)
        is_own = name == known.actor.user_name
        with self._database.writing() as connection:
            found = find_for(connection, survey_id, known.user_id)
            survey = permitted(found, survey_id, Role.VIEWER if is_own else Role.ADMIN)
            user = users.find_user(connection, name)
            user_id = _other_than_owner(survey, None if user is None else user.id, name)
            if not survey_members.remove_member(connection, survey_id, user_id):
                raise UnknownMember(name)
            record(connection, known.actor, Action.ROLE_REMOVED, subject_of(survey, name), known.at)


def _known(requester: Requester | None) -> Requester:
    if requester is None:
        raise RolesOff
    return requester


def _other_than_owner(survey: Survey, user_id: int | None, name: str) -> int:
    if user_id is None:
        raise UnknownMember(name)
    if user_id == survey.user_id:
        raise OwnerStays(name)
    return user_id
