"""Sign the URLs of images, so that a client with such a URL needs no token for a day."""

import hashlib
import hmac
import threading
from typing import Final

from coralchunk.errors.datasets import AddressExpired
from coralchunk.storage.sql.database import Database
from coralchunk.storage.sql.secrets import shared_key

_KEY: Final = "image addresses"
_DAY_S: Final = 86_400
_DIGITS: Final = 32  # 128 bits


class SignedAddresses:
    """The addresses that this server has signed, known again by all of its processes."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database
        self._lock: Final = threading.Lock()
        self._known: bytes | None = None

    def sign(self, path: str, now: float) -> str:
        """Return the query that makes a path valid for the rest of this day and the next one, in UTC.

        It is the same all day, so that clients can keep what they fetched.

        now  Unix seconds
        """
        expires = (int(now) // _DAY_S + 2) * _DAY_S
        return f"expires={expires}&signature={self._signature(path, str(expires))}"

    def check(self, path: str, expires: str, signature: str, now: float) -> None:
        """Raise AddressExpired unless this server has signed this path, and its time has not passed.

        now  Unix seconds
        """
        is_signed = hmac.compare_digest(
            self._signature(path, expires).encode(), signature.encode(errors="replace")
        )
        if not is_signed or not expires.isdecimal() or now >= int(expires):
            raise AddressExpired

    def _signature(self, path: str, expires: str) -> str:
        message = f"{path}?{expires}".encode(errors="surrogatepass")
        return hmac.new(self._key(), message, hashlib.sha256).hexdigest()[:_DIGITS]

    def _key(self) -> bytes:
        with self._lock:
            if self._known is None:
                self._known = shared_key(self._database, _KEY)
            return self._known
