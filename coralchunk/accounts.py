"""Check user names, passwords and tokens, and what a token allows."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from coralchunk.errors.access import (
    BadUser,
    NoSuchToken,
    ScopeMissing,
    UnknownToken,
    UnknownUser,
    WrongPassword,
    WrongToken,
)
from coralchunk.storage.rows import users
from coralchunk.storage.rows.users import TokenRow, UserOverview
from coralchunk.storage.sql.database import Database

_NAME: Final = re.compile(r"[\w.@+-]{1,150}")  # what Django takes, as users move here from there
_SHORTEST_PASSWORD: Final = 8
_LONGEST_PASSWORD: Final = 1024
_LONGEST_TOKEN_NAME: Final = 100
_PREFIX: Final = "ck"
_TOKEN: Final = re.compile(rf"{_PREFIX}[0-9a-f]{{40}}")
_USE_COUNTS_S: Final = 60  # a phone that asks every second must not write every second


_LOGIN: Final = "log-in"  # name of the tokens that are given for a password
_MAX_LOGINS: Final = 20  # of these that a user may have


class Scope(StrEnum):
    """What a token may be used for."""

    READ = "read"  #: ask for progress and results
    CLASSIFY = "classify"  #: send photos and delete them
    TRAIN = "train"  #: keep labelled images and train classifiers of them
    NETWORKS = "networks"  #: upload networks and have them answer


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking."""

    token_id: int
    user_id: int
    user_name: str
    scopes: frozenset[str]
    model: str | None = None  # that classifies this token's photos, if not the server's

    @property
    def user(self) -> str:
        """What is written on a job that all tokens of this user may see."""
        return f"user-{self.user_id}"

    @property
    def owner(self) -> str:
        """What is written on a job that this token makes."""
        return f"token-{self.token_id}"

    def need(self, scope: Scope) -> None:
        """Raise ScopeMissing unless the token may be used for this."""
        if scope not in self.scopes:
            raise ScopeMissing(scope, " ".join(sorted(self.scopes)))


class Accounts:
    """The users of this server and their tokens."""

    def __init__(self, database: Database, hasher: PasswordHasher | None = None) -> None:
        """Keep accounts in a database. `hasher`: argon2id with its recommended cost unless given."""
        self.database: Final = database
        self._hasher: Final = hasher or PasswordHasher()

    def add_user(self, name: str, password: str, now: float) -> None:
        """Add a user. Raises BadUser."""
        if not _NAME.fullmatch(name):
            raise BadUser(name, "a name has 1 to 150 letters, digits, and . @ + - _")
        password_hash = self._hashed(name, password)
        with self.database.writing() as connection:
            if not users.add_user(connection, name, password_hash, now):
                raise BadUser(name, "the name is taken")

    def users(self, now: float) -> list[UserOverview]:
        """Return every user, by name."""
        with self.database.reading() as connection:
            return users.user_overviews(connection, now)

    def set_password(self, name: str, password: str) -> None:
        """Replace a user's password; tokens stay valid. Raises UnknownUser and BadUser."""
        password_hash = self._hashed(name, password)
        with self.database.writing() as connection:
            user = users.find_user(connection, name)
            if user is None:
                raise UnknownUser(name)
            users.set_password_hash(connection, user.id, password_hash)

    def disable(self, name: str, now: float) -> None:
        """Refuse a user's password and tokens until they are enabled again. Raises UnknownUser."""
        self._set_disabled(name, now)

    def enable(self, name: str) -> None:
        """Accept a user's password and tokens again. Raises UnknownUser."""
        self._set_disabled(name, None)

    def delete(self, name: str) -> None:
        """Delete a user with their tokens, surveys, labels, images and classifiers. Raises UnknownUser."""
        with self.database.writing() as connection:
            if not users.delete_user(connection, name):
                raise UnknownUser(name)

    def is_password(self, name: str, password: str) -> bool:
        """Tell whether an enabled user has this password; takes as long for an unknown name."""
        with self.database.reading() as connection:
            user = users.find_user(connection, name)
        if user is None or user.is_disabled:
            self._hasher.hash(password[:_LONGEST_PASSWORD])
            return False
        try:
            self._hasher.verify(user.password_hash, password[:_LONGEST_PASSWORD])
        except VerifyMismatchError:
            return False
        if self._hasher.check_needs_rehash(user.password_hash):  # argon2's advice has become stricter
            with self.database.writing() as connection:
                users.set_password_hash(connection, user.id, self._hasher.hash(password))
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
        token = f"{_PREFIX}{secrets.token_hex(20)}"
        with self.database.writing() as connection:
            user = users.find_user(connection, user_name)
            if user is None:
                raise UnknownUser(user_name)
            row = TokenRow(
                id=0,
                user_id=user.id,
                user_name=user.name,
                name=name[:_LONGEST_TOKEN_NAME],
                sha256=_digest(token),
                scopes=tuple(sorted(scopes)),
                created_at=now,
                last_used_at=None,
                revoked_at=None,
                expires_at=expires_at,
            )
            users.add_token(connection, row)
        return token

    def log_in(self, user_name: str, password: str, now: float) -> str:
        """Return a new token, for everything. Raises WrongPassword.

        Scripts log in at each run and forget their token; only the last few of them stay valid.
        """
        if not self.is_password(user_name, password):
            raise WrongPassword
        token = self.create_token(user_name, _LOGIN, frozenset(Scope), now)
        with self.database.writing() as connection:
            users.revoke_older(connection, user_name, _LOGIN, _MAX_LOGINS, now)
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
        return self.create_token(identity.user_name, name, scopes, now, min(ends, default=None))

    def revoke_for(self, identity: Identity, token_id: int, now: float) -> None:
        """Make a token of the user who asks worthless. Raises NoSuchToken, ScopeMissing."""
        mine = [one for one in self.tokens_of(identity, now) if one.id == token_id]
        if not mine:
            raise NoSuchToken(token_id)
        for scope in mine[0].scopes:
            identity.need(Scope(scope))
        self.revoke(token_id, now)

    def revoke(self, token_id: int, now: float) -> None:
        """Make a token worthless. Raises UnknownToken."""
        with self.database.writing() as connection:
            if not users.revoke_token(connection, token_id, now):
                raise UnknownToken(token_id)

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

    def _hashed(self, name: str, password: str) -> str:
        if not _SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
            raise BadUser(name, f"a password has {_SHORTEST_PASSWORD} to {_LONGEST_PASSWORD} characters")
        return self._hasher.hash(password)

    def _set_disabled(self, name: str, disabled_at: float | None) -> None:
        with self.database.writing() as connection:
            if not users.set_disabled(connection, name, disabled_at):
                raise UnknownUser(name)


def _digest(token: str) -> str:
    # 160 random bits need no salt and no slow hash: they cannot be guessed.
    return hashlib.sha256(token.encode()).hexdigest()
