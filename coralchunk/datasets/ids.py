"""Generate the public ids of rows."""

import secrets
import uuid
from typing import Final

from coralchunk.errors.datasets import UnknownThing

_HEX_DIGITS: Final = 40


def new_uuid() -> str:
    """Return a random version-4 UUID, in lower case."""
    return str(uuid.uuid4())


def new_hex() -> str:
    """Return 40 random hexadecimal digits."""
    return secrets.token_hex(_HEX_DIGITS // 2)


def checked_uuid(what: str, public_id: str) -> str:
    """Return a UUID as it is stored. Raises UnknownThing for other text, which cannot be an id.

    what  kind of the requested thing, for the message
    """
    try:
        is_known = str(uuid.UUID(public_id)) == public_id.lower()
    except ValueError:
        is_known = False
    if not is_known:
        raise UnknownThing(what, public_id)
    return public_id.lower()
