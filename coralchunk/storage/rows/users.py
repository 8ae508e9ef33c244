"""Read and write users and tokens as rows."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.sql.tables import TOKENS, USERS


@dataclass(frozen=True, slots=True)
class User:
    """A user with a name and a password."""

    id: int
    name: str
    password_hash: str
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class UserOverview:
    """A user as operators list them."""

    name: str
    created_at: float  # Unix seconds
    disabled_at: float | None  # Unix seconds
    valid_tokens: int
    last_used_at: float | None  # Unix seconds; of any token


@dataclass(frozen=True, slots=True)
class TokenRow:
    """The record of a token; not the token itself, which cannot be read again."""

    id: int
    user_id: int
    user_name: str
    name: str
    sha256: str
    scopes: tuple[str, ...]
    created_at: float  # Unix seconds
    last_used_at: float | None  # Unix seconds, to the minute
    revoked_at: float | None  # Unix seconds
    expires_at: float | None  # Unix seconds; None for never
    is_user_disabled: bool = False
    model: str | None = None  # that classifies its photos, if not the server's

    def is_valid(self, now: float) -> bool:
        """Tell whether it is accepted at a time in Unix seconds."""
        has_expired = self.expires_at is not None and now >= self.expires_at
        return self.revoked_at is None and not has_expired and not self.is_user_disabled


_TOKEN: Final = select(
    TOKENS, USERS.c.name.label("user_name"), USERS.c.disabled_at.label("user_disabled_at")
).join(USERS)


def add_user(connection: Connection, name: str, password_hash: str, now: float) -> bool:
    """Add a user. Returns False if the name is taken."""
    try:
        connection.execute(insert(USERS).values(name=name, password_hash=password_hash, created_at=now))
    except IntegrityError:
        return False
    return True


def find_user(connection: Connection, name: str) -> User | None:
    """Return the user of this name."""
    row = connection.execute(select(USERS).where(USERS.c.name == name)).one_or_none()
    if row is None:
        return None
    return User(row.id, row.name, row.password_hash, is_disabled=row.disabled_at is not None)


def user_overviews(connection: Connection, now: float) -> list[UserOverview]:
    """Return every user with the number of valid tokens, by name."""
    is_valid = (
        TOKENS.c.revoked_at.is_(None)
        & (TOKENS.c.expires_at.is_(None) | (TOKENS.c.expires_at > now))
        & USERS.c.disabled_at.is_(None)
    )
    rows = connection.execute(
        select(
            USERS.c.name,
            USERS.c.created_at,
            USERS.c.disabled_at,
            func.count(TOKENS.c.id).filter(is_valid).label("valid_tokens"),
            func.max(TOKENS.c.last_used_at).label("last_used_at"),
        )
        .outerjoin(TOKENS)
        .group_by(USERS.c.id)
        .order_by(USERS.c.name)
    )
    return [UserOverview(**row._mapping) for row in rows]


def set_disabled(connection: Connection, name: str, disabled_at: float | None) -> bool:
    """Disable a user, or enable them with None. Returns False if there is no such user."""
    changed = update(USERS).where(USERS.c.name == name).values(disabled_at=disabled_at)
    return connection.execute(changed).rowcount == 1


def delete_user(connection: Connection, name: str) -> bool:
    """Delete a user and all rows that belong to them. Returns False if there is no such user."""
    return connection.execute(delete(USERS).where(USERS.c.name == name)).rowcount == 1


def exists(connection: Connection, user_id: int) -> bool:
    """Tell whether there is a user of this id."""
    return connection.execute(select(USERS.c.id).where(USERS.c.id == user_id)).first() is not None


def name_of(connection: Connection, user_id: int) -> str | None:
    """Return the name of a user; None if there is no user of this id."""
    return connection.execute(select(USERS.c.name).where(USERS.c.id == user_id)).scalar_one_or_none()


def set_password_hash(connection: Connection, user_id: int, password_hash: str) -> None:
    """Replace how a user's password is kept."""
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(password_hash=password_hash))


def add_token(connection: Connection, row: TokenRow) -> int:
    """Add a token; the id and the user name of the row are ignored. Returns its id."""
    values = {
        "user_id": row.user_id,
        "name": row.name,
        "sha256": row.sha256,
        "scopes": " ".join(row.scopes),
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }
    return int(connection.execute(insert(TOKENS).values(values).returning(TOKENS.c.id)).scalar_one())


def find_token(connection: Connection, sha256: str) -> TokenRow | None:
    """Return the token with this digest, revoked or not."""
    row = connection.execute(_TOKEN.where(TOKENS.c.sha256 == sha256)).one_or_none()
    return None if row is None else _token(row)


def all_tokens(connection: Connection) -> list[TokenRow]:
    """Return every token, oldest first."""
    return [_token(row) for row in connection.execute(_TOKEN.order_by(TOKENS.c.id))]


def note_use(connection: Connection, token_id: int, now: float) -> None:
    """Keep when a token was last used."""
    connection.execute(update(TOKENS).where(TOKENS.c.id == token_id).values(last_used_at=now))


def set_model(connection: Connection, token_id: int, model: str | None) -> None:
    """Keep which model classifies the photos of a token; None for the server's."""
    connection.execute(update(TOKENS).where(TOKENS.c.id == token_id).values(model=model))


def revoke_token(connection: Connection, token_id: int, now: float) -> bool:
    """Make a token worthless. Returns False if it is not there or was revoked before."""
    valid = (TOKENS.c.id == token_id) & TOKENS.c.revoked_at.is_(None)
    return connection.execute(update(TOKENS).where(valid).values(revoked_at=now)).rowcount == 1


def user_of_token(connection: Connection, token_id: int) -> int | None:
    """Return whose token this is; None if there is none of this number."""
    return connection.execute(select(TOKENS.c.user_id).where(TOKENS.c.id == token_id)).scalar_one_or_none()


def revoke_older(connection: Connection, user_name: str, name: str, kept: int, now: float) -> None:
    """Revoke a user's tokens of this name, but for the newest."""
    user_id = select(USERS.c.id).where(USERS.c.name == user_name).scalar_subquery()
    same = (TOKENS.c.user_id == user_id) & (TOKENS.c.name == name) & TOKENS.c.revoked_at.is_(None)
    newest = select(TOKENS.c.id).where(same).order_by(TOKENS.c.id.desc()).limit(kept)
    ids = [row.id for row in connection.execute(newest)]
    connection.execute(update(TOKENS).where(same & TOKENS.c.id.not_in(ids)).values(revoked_at=now))


def _token(row: Row[tuple[object, ...]]) -> TokenRow:
    return TokenRow(
        id=row.id,
        user_id=row.user_id,
        user_name=row.user_name,
        name=row.name,
        sha256=row.sha256,
        scopes=tuple(row.scopes.split()),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        expires_at=row.expires_at,
        is_user_disabled=row.user_disabled_at is not None,
        model=row.model,
    )
