"""Keep users and their tokens."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher

from coralchunk.errors.access import (
    BadUser,
    NoSuchToken,
    UnknownToken,
    UnknownUser,
    WrongPassword,
    WrongToken,
)
from coralchunk.identity import Identity, Scope
from coralchunk.passwords import Passwords
from coralchunk.storage.audit_log import Action, Actor, Subject, record
from coralchunk.storage.rows import users
from coralchunk.storage.rows.users import TokenRow, User, UserOverview
from coralchunk.storage.sql.database import Database

_NAME: Final = re.compile(r"[\w.@+-]{1,150}")  # what Django takes, as users move here from there
_LONGEST_TOKEN_NAME: Final = 100
_PREFIX: Final = "ck"
_TOKEN: Final = re.compile(rf"{_PREFIX}[0-9a-f]{{40}}")
_USE_COUNTS_S: Final = 60  # a phone that asks every second must not write every second


_LOGIN: Final = "log-in"  # name of the tokens that are given for a password
_MAX_LOGINS: Final = 20  # of these that a user may have


@dataclass(frozen=True, slots=True)
class _NewToken:
    """What a new token may do."""

    name: str
    scopes: frozenset[Scope]
    expires_at: float | None = None  # Unix seconds; None for never


class Accounts:
    """The users of this server and their tokens."""

    def __init__(self, database: Database, hasher: PasswordHasher | None = None) -> None:
        """Keep accounts in a database. `hasher`: argon2id with its recommended cost unless given."""
        self.database: Final = database
        self._passwords: Final = Passwords(hasher)

    def add_user(self, name: str, password: str, now: float) -> None:
        """Add a user. Raises BadUser."""
        if not _NAME.fullmatch(name):
            raise BadUser(name, "a name has 1 to 150 letters, digits, and . @ + - _")
        password_hash = self._passwords.hashed(name, password)
        with self.database.writing() as connection:
            if not users.add_user(connection, name, password_hash, now):
                raise BadUser(name, "the name is taken")
            record(connection, None, Action.USER_ADDED, Subject(name), now)

    def users(self, now: float) -> list[UserOverview]:
        """Return every user, by name."""
        with self.database.reading() as connection:
            return users.user_overviews(connection, now)

    def set_password(self, name: str, password: str, now: float) -> None:
        """Replace a user's password; tokens stay valid. Raises UnknownUser and BadUser."""
        password_hash = self._passwords.hashed(name, password)
        with self.database.writing() as connection:
            user = _known(users.find_user(connection, name), name)
            users.set_password_hash(connection, user.id, password_hash)
            record(connection, None, Action.PASSWORD_SET, Subject(name), now)

    def disable(self, name: str, now: float) -> None:
        """Refuse a user's password and tokens until they are enabled again. Raises UnknownUser."""
        with self.database.writing() as connection:
            if not users.set_disabled(connection, name, now):
                raise UnknownUser(name)
            record(connection, None, Action.USER_DISABLED, Subject(name), now)

    def enable(self, name: str, now: float) -> None:
        """Accept a user's password and tokens again. Raises UnknownUser."""
        with self.database.writing() as connection:
            if not users.set_disabled(connection, name, None):
                raise UnknownUser(name)
            record(connection, None, Action.USER_ENABLED, Subject(name), now)

    def delete(self, name: str, now: float) -> None:
        """Delete a user with their tokens, surveys, labels, images and classifiers. Raises UnknownUser."""
        with self.database.writing() as connection:
            if not users.delete_user(connection, name):
                raise UnknownUser(name)
            record(connection, None, Action.USER_DELETED, Subject(name), now)

    def is_password(self, name: str, password: str) -> bool:
        """Tell whether an enabled user has this password; takes as long for an unknown name."""
        with self.database.reading() as connection:
            user = users.find_user(connection, name)
        password_hash = None if user is None or user.is_disabled else user.password_hash or None
        if not self._passwords.is_right(password_hash, password) or user is None:
            return False
        stronger = self._passwords.stronger(user.password_hash, password)
        if stronger is not None:
            with self.database.writing() as connection:
                users.set_password_hash(connection, user.id, stronger)
        return True

    def create_token(
        self,
        user_name: str,
        name: str,
        scopes: frozenset[Scope],
        now: float,
        expires_at: float | None = None,
    ) -> str:
        """Return a new token of a user: the only time that it can be seen. Raises UnknownUser.

        expires_at  Unix seconds; None for never
        """
        with self.database.writing() as connection:
            user = _known(users.find_user(connection, user_name), user_name)
            token, row = _new_token(user, _NewToken(name, scopes, expires_at), now)
            subject = _subject(users.add_token(connection, row), user.id)
            record(connection, None, Action.TOKEN_CREATED, subject, now)
        return token

    def log_in(self, user_name: str, password: str, now: float) -> str:
        """Return a new token, for everything. Raises WrongPassword.

        Scripts log in at each run and forget their token; only the last few of them stay valid.
        """
        if not self.is_password(user_name, password):
            raise WrongPassword
        return self.log_in_as(user_name, now)

    def log_in_as(self, user_name: str, now: float, scopes: frozenset[Scope] = frozenset(Scope)) -> str:
        """Return a new token of a user who has proved who they are. Raises UnknownUser."""
        with self.database.writing() as connection:
            user = _known(users.find_user(connection, user_name), user_name)
            token, row = _new_token(user, _NewToken(_LOGIN, scopes), now)
            number = users.add_token(connection, row)
            users.revoke_older(connection, user_name, _LOGIN, _MAX_LOGINS, now)
            actor = Actor(user.id, user.name, number)
            record(connection, actor, Action.LOG_IN, _subject(number, user.id), now)
        return token

    def tokens(self) -> list[TokenRow]:
        """Return every token, oldest first."""
        with self.database.reading() as connection:
            return users.all_tokens(connection)

    def tokens_of(self, identity: Identity, now: float) -> list[TokenRow]:
        """Return the valid tokens of the user who asks, oldest first. `now` in Unix seconds."""
        return [one for one in self.tokens() if one.user_id == identity.user_id and one.is_valid(now)]

    def create_for(
        self, identity: Identity, name: str, scopes: frozenset[Scope], now: float, expires_at: float | None
    ) -> str:
        """Return a new token of the user who asks, which may do no more than theirs. Raises ScopeMissing."""
        for scope in scopes:
            identity.need(scope)
        (own,) = [one for one in self.tokens_of(identity, now) if one.id == identity.token_id]
        ends = [at for at in (own.expires_at, expires_at) if at is not None]
        wanted = _NewToken(name, scopes, min(ends, default=None))
        with self.database.writing() as connection:
            user = _known(users.find_user(connection, identity.user_name), identity.user_name)
            token, row = _new_token(user, wanted, now)
            subject = _subject(users.add_token(connection, row), user.id)
            record(connection, identity.actor, Action.TOKEN_CREATED, subject, now)
        return token

    def revoke_for(self, identity: Identity, token_id: int, now: float) -> None:
        """Make a token of the user who asks worthless. Raises NoSuchToken, ScopeMissing."""
        mine = [one for one in self.tokens_of(identity, now) if one.id == token_id]
        if not mine:
            raise NoSuchToken(token_id)
        for scope in mine[0].scopes:
            identity.need(Scope(scope))
        self.revoke(token_id, now, identity.actor)

    def revoke(self, token_id: int, now: float, actor: Actor | None = None) -> None:
        """Make a token worthless. Raises UnknownToken. `actor`: as in audit_log.record."""
        with self.database.writing() as connection:
            if not users.revoke_token(connection, token_id, now):
                raise UnknownToken(token_id)
            subject = _subject(token_id, users.user_of_token(connection, token_id))
            record(connection, actor, Action.TOKEN_REVOKED, subject, now)

    def identify(self, token: str, now: float) -> Identity:
        """Return whose token this is. Raises WrongToken."""
        if not _TOKEN.fullmatch(token):
            raise WrongToken
        digest = _digest(token)
        with self.database.reading() as connection:
            row = users.find_token(connection, digest)
        if row is None or not row.is_valid(now) or not hmac.compare_digest(row.sha256, digest):
            raise WrongToken
        if row.last_used_at is None or now - row.last_used_at >= _USE_COUNTS_S:
            with self.database.writing() as connection:
                users.note_use(connection, row.id, now)
        return Identity(row.id, row.user_id, row.user_name, frozenset(row.scopes), row.model)

    def set_model(self, token_id: int, model: str | None) -> None:
        """Have a model classify the photos of a token; None for the server's."""
        with self.database.writing() as connection:
            users.set_model(connection, token_id, model)


def _known(user: User | None, name: str) -> User:
    if user is None:
        raise UnknownUser(name)
    return user


def _subject(token_id: int, user_id: int | None) -> Subject:
    """Return what the audit log keeps of a token."""
    return Subject(f"token {token_id}", owner_id=user_id)


def _new_token(user: User, wanted: _NewToken, now: float) -> tuple[str, TokenRow]:
    token = f"{_PREFIX}{secrets.token_hex(20)}"
    row = TokenRow(
        id=0,
        user_id=user.id,
        user_name=user.name,
        name=wanted.name[:_LONGEST_TOKEN_NAME],
        sha256=_digest(token),
        scopes=tuple(sorted(wanted.scopes)),
        created_at=now,
        last_used_at=None,
        revoked_at=None,
        expires_at=wanted.expires_at,
    )
    return token, row


def _digest(token: str) -> str:
    # 160 random bits need no salt and no slow hash: they cannot be guessed.
    return hashlib.sha256(token.encode()).hexdigest()
