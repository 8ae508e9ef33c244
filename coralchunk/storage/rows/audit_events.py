"""Append events to the audit log, and read them."""

from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, insert, or_, select

from coralchunk.storage.sql.people_tables import AUDIT_EVENTS, SURVEY_MEMBERS
from coralchunk.storage.sql.tables import SURVEYS


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What somebody did."""

    id: int
    at: float  # Unix seconds
    user_id: int | None  # None: the operator, on the command line
    user_name: str | None  # as it was then; the log keeps it when the user is deleted
    token_id: int | None
    action: str
    survey_id: int | None
    owner_id: int | None  # user whose survey or token it was
    target: str  # such as "token 3" or "ben"


def add_event(connection: Connection, event: AuditEvent) -> None:
    """Append an event; its id is ignored."""
    values = asdict(event)
    del values["id"]
    connection.execute(insert(AUDIT_EVENTS).values(values))


def events_of_survey(
    connection: Connection, survey_id: int, before: int | None, limit: int
) -> list[AuditEvent]:
    """Return what was done to a survey, newest first."""
    return _events(connection, [AUDIT_EVENTS.c.survey_id == survey_id], before, limit)


def events_for_user(connection: Connection, user_id: int, before: int | None, limit: int) -> list[AuditEvent]:
    """Return what a user did, and what others did to what is theirs or what they administer, newest first."""
    administered = select(SURVEY_MEMBERS.c.survey_id).where(
        SURVEY_MEMBERS.c.user_id == user_id, SURVEY_MEMBERS.c.role == "admin"
    )
    owned = select(SURVEYS.c.id).where(SURVEYS.c.user_id == user_id)
    shown = or_(
        AUDIT_EVENTS.c.user_id == user_id,
        AUDIT_EVENTS.c.owner_id == user_id,
        AUDIT_EVENTS.c.survey_id.in_(administered),
        AUDIT_EVENTS.c.survey_id.in_(owned),
    )
    return _events(connection, [shown], before, limit)


def all_events(connection: Connection, since: float) -> list[AuditEvent]:
    """Return every event from a time on in Unix seconds, oldest first."""
    chosen = select(AUDIT_EVENTS).where(AUDIT_EVENTS.c.at >= since).order_by(AUDIT_EVENTS.c.id)
    return [AuditEvent(**row._asdict()) for row in connection.execute(chosen)]


def _events(
    connection: Connection, conditions: list[ColumnElement[bool]], before: int | None, limit: int
) -> list[AuditEvent]:
    chosen = select(AUDIT_EVENTS).where(*conditions).order_by(AUDIT_EVENTS.c.id.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(AUDIT_EVENTS.c.id < before)
    return [AuditEvent(**row._asdict()) for row in connection.execute(chosen)]
