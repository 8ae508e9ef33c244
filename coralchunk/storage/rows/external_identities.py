"""Read and write who users are at an OpenID provider as rows."""

from sqlalchemy import Connection, insert, select

from coralchunk.storage.rows.users import User
from coralchunk.storage.sql.people_tables import EXTERNAL_IDENTITIES
from coralchunk.storage.sql.tables import USERS


def user_of(connection: Connection, issuer: str, subject: str) -> User | None:
    """Return the user whom a provider knows under this id."""
    known = select(USERS).join(EXTERNAL_IDENTITIES)
    is_it = (EXTERNAL_IDENTITIES.c.issuer == issuer) & (EXTERNAL_IDENTITIES.c.subject == subject)
    row = connection.execute(known.where(is_it)).one_or_none()
    if row is None:
        return None
    return User(row.id, row.name, row.password_hash, is_disabled=row.disabled_at is not None)


def link(connection: Connection, issuer: str, subject: str, user_id: int) -> None:
    """Keep that a provider knows a user under this id."""
    values = {"issuer": issuer, "subject": subject, "user_id": user_id}
    connection.execute(insert(EXTERNAL_IDENTITIES).values(values))
