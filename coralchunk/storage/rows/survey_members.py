"""Read and write the members of surveys as rows."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from coralchunk.storage.rows.surveys import Survey, find_survey, surveys_of
from coralchunk.storage.sql.people_tables import SURVEY_MEMBERS
from coralchunk.storage.sql.tables import SURVEYS, USERS

OWNER_ROLE: Final = "admin"


@dataclass(frozen=True, slots=True)
class Member:
    """A user who may use a survey of another user."""

    user_id: int
    user_name: str
    role: str
    added_at: float  # Unix seconds


def members_of(connection: Connection, survey_id: int) -> list[Member]:
    """Return the members of a survey by name, without its owner."""
    chosen = (
        select(SURVEY_MEMBERS.c.user_id, USERS.c.name.label("user_name"), SURVEY_MEMBERS.c.role)
        .add_columns(SURVEY_MEMBERS.c.added_at)
        .join(USERS)
        .where(SURVEY_MEMBERS.c.survey_id == survey_id)
        .order_by(USERS.c.name)
    )
    return [Member(**row._mapping) for row in connection.execute(chosen)]


def surveys_for(connection: Connection, user_id: int) -> list[tuple[Survey, str]]:
    """Return the surveys of a user, and those in which they have a role, with the roles."""
    owned = [(one, OWNER_ROLE) for one in surveys_of(connection, user_id)]
    joined = (
        select(SURVEYS, SURVEY_MEMBERS.c.role)
        .join_from(SURVEYS, SURVEY_MEMBERS)
        .where(SURVEY_MEMBERS.c.user_id == user_id)
    )
    shared = []
    for row in connection.execute(joined):
        fields = row._asdict()
        role: str = fields.pop("role")
        shared.append((Survey(**fields), role))
    return owned + shared


def find_for(connection: Connection, survey_id: int, user_id: int | None) -> tuple[Survey, str | None] | None:
    """Return a survey, and the role of a user in it: the owner is an admin; None for strangers.

    user_id  None on a server that requires no tokens, where everybody is an admin
    """
    survey = find_survey(connection, survey_id)
    if survey is None:
        return None
    if user_id is None or survey.user_id == user_id:
        return survey, OWNER_ROLE
    is_it = (SURVEY_MEMBERS.c.survey_id == survey_id) & (SURVEY_MEMBERS.c.user_id == user_id)
    return survey, connection.execute(select(SURVEY_MEMBERS.c.role).where(is_it)).scalar_one_or_none()


def set_role(connection: Connection, survey_id: int, user_id: int, role: str, now: float) -> None:
    """Give a user a role in a survey; replaces the one that they have."""
    is_it = (SURVEY_MEMBERS.c.survey_id == survey_id) & (SURVEY_MEMBERS.c.user_id == user_id)
    if connection.execute(update(SURVEY_MEMBERS).where(is_it).values(role=role)).rowcount == 0:
        values = {"survey_id": survey_id, "user_id": user_id, "role": role, "added_at": now}
        connection.execute(insert(SURVEY_MEMBERS).values(values))


def remove_member(connection: Connection, survey_id: int, user_id: int) -> bool:
    """Take a user's role in a survey away. Returns False if they have none."""
    is_it = (SURVEY_MEMBERS.c.survey_id == survey_id) & (SURVEY_MEMBERS.c.user_id == user_id)
    return connection.execute(delete(SURVEY_MEMBERS).where(is_it)).rowcount == 1
