"""Hash and check passwords."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from coralchunk.errors.access import BadUser

_SHORTEST: Final = 8
_LONGEST: Final = 1024


class Passwords:
    """Passwords as argon2id hashes."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """Hash passwords. `hasher`: argon2id with its recommended cost unless given."""
        self._hasher: Final = hasher or PasswordHasher()

    def hashed(self, user_name: str, password: str) -> str:
        """Return how a password is kept. Raises BadUser if it is too short or too long."""
        if not _SHORTEST <= len(password) <= _LONGEST:
            raise BadUser(user_name, f"a password has {_SHORTEST} to {_LONGEST} characters")
        return self._hasher.hash(password)

    def is_right(self, password_hash: str | None, password: str) -> bool:
        """Tell whether a password has this hash; takes as long where there is no hash."""
        given = password[:_LONGEST]
        if password_hash is None:
            self._hasher.hash(given)
            return False
        try:
            return self._hasher.verify(password_hash, given)
        except VerifyMismatchError:
            return False

    def stronger(self, password_hash: str, password: str) -> str | None:
        """Return the hash of a right password that replaces this one; None if this one is good enough."""
        if not self._hasher.check_needs_rehash(password_hash):
            return None
        return self._hasher.hash(password)  # argon2's advice has become stricter
