"""Decide what a user may do with a survey."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from coralchunk.errors.surveys import RoleTooWeak, UnknownSurvey
from coralchunk.storage.audit_log import Actor, Subject
from coralchunk.storage.rows.surveys import Survey


class Role(StrEnum):
    """What a user may do with a survey; each role includes those before it."""

    VIEWER = "viewer"  #: read and export
    ANNOTATOR = "annotator"  #: correct and review chunks
    ADMIN = "admin"  #: change the survey and its photos, delete them, share, invite


_ORDER: Final = tuple(Role)


@dataclass(frozen=True, slots=True)
class Requester:
    """The requester, if tokens are required."""

    actor: Actor
    owner: str  # that is stored with the token's jobs
    at: float  # when they ask, Unix seconds

    @property
    def user_id(self) -> int:
        """The number of the user."""
        return self.actor.user_id


def permitted(found: tuple[Survey, str | None] | None, survey_id: int, needed: Role) -> Survey:
    """Return a survey that was found, if the requester may do this.

    found  with the role of the requester in it, as survey_members.find_for returns it

    Raises UnknownSurvey if there is no such survey or it does not concern the requester, RoleTooWeak.
    """
    survey, held = (None, None) if found is None else found
    if survey is None or held is None:
        raise UnknownSurvey(survey_id)
    if _ORDER.index(Role(held)) < _ORDER.index(needed):
        raise RoleTooWeak(held, needed)
    return survey


def user_of(requester: Requester | None) -> int | None:
    """Return the number of the user who asks.

    None on a server that requires no tokens: who knows the id of a survey may do everything with it.
    """
    return None if requester is None else requester.user_id


def subject_of(survey: Survey, target: str = "") -> Subject:
    """Return what the audit log keeps of a survey. `target`: what of it, in words."""
    return Subject(target, survey.id, survey.user_id)
