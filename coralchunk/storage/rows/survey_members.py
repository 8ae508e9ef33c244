"""Read and write the members of surveys as rows."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from coralchunk.storage.sql.people_tables import SURVEY_MEMBERS
from coralchunk.storage.sql.tables import USERS


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


def roles_of(connection: Connection, user_id: int) -> dict[int, str]:
    """Return the roles of a user in surveys of other users, by survey."""
    columns = SURVEY_MEMBERS.c.survey_id, SURVEY_MEMBERS.c.role
    rows = connection.execute(select(*columns).where(SURVEY_MEMBERS.c.user_id == user_id))
    return {row.survey_id: row.role for row in rows}


def role_in(connection: Connection, survey_id: int, user_id: int) -> str | None:
    """Return the role of a user in a survey of another user; None if they are no member."""
    is_it = (SURVEY_MEMBERS.c.survey_id == survey_id) & (SURVEY_MEMBERS.c.user_id == user_id)
    return connection.execute(select(SURVEY_MEMBERS.c.role).where(is_it)).scalar_one_or_none()


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
