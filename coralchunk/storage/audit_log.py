"""Keep who did what to what, and when."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from coralchunk.storage.rows import audit_events
from coralchunk.storage.rows.audit_events import AuditEvent

_LONGEST_TARGET: Final = 200


class Action(StrEnum):
    """What was done. Values are stored; they never change."""

    LOG_IN = "log-in"  #: with a password, or through an OpenID provider
    USER_ADDED = "user-added"
    USER_DISABLED = "user-disabled"
    USER_ENABLED = "user-enabled"
    PASSWORD_SET = "password-set"  # noqa: S105 - not a password
    USER_DELETED = "user-deleted"
    TOKEN_CREATED = "token-created"  # noqa: S105 - not a password
    TOKEN_REVOKED = "token-revoked"  # noqa: S105
    SURVEY_CHANGED = "survey-changed"
    SURVEY_DELETED = "survey-deleted"
    PHOTO_DELETED = "photo-deleted"  #: from a survey
    CORRECTION = "correction"  #: of chunks of a survey, in one request
    EXPORT = "export"  #: of a survey as a file or report
    ROLE_SET = "role-set"  #: in a survey: an invitation, or another role
    ROLE_REMOVED = "role-removed"
    LINK_CREATED = "link-created"  #: that shows a survey to everybody who has it
    LINK_REMOVED = "link-removed"
    HEAT_STRESS_STORED = "heat-stress-stored"  #: of the site of a survey
    HEAT_STRESS_REMOVED = "heat-stress-removed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something."""

    user_id: int
    user_name: str
    token_id: int | None = None  # None: there is none yet


@dataclass(frozen=True, slots=True)
class Subject:
    """What something is done to."""

    target: str = ""  # in words, such as "token 3" or "ben"
    survey_id: int | None = None
    owner_id: int | None = None  # user whose survey or token it is


def record(connection: Connection, actor: Actor | None, action: Action, subject: Subject, now: float) -> None:
    """Append an event in the transaction that makes the change, so that there is never one without the other.

    actor  None for the operator, on the command line
    now    Unix seconds
    """
    event = AuditEvent(
        id=0,
        at=now,
        user_id=None if actor is None else actor.user_id,
        user_name=None if actor is None else actor.user_name,
        token_id=None if actor is None else actor.token_id,
        action=action.value,
        survey_id=subject.survey_id,
        owner_id=subject.owner_id,
        target=subject.target[:_LONGEST_TARGET],
    )
    audit_events.add_event(connection, event)
