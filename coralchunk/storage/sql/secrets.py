"""Keep the keys that all processes of a server sign with."""

import secrets as random_bytes
from contextlib import suppress
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.sql.database import Database
from coralchunk.storage.sql.dataset_tables import SECRETS

_BYTES: Final = 32


def shared_key(database: Database, name: str) -> bytes:
    """Return the key of this name; it is generated at the first call."""
    chosen = select(SECRETS.c.value).where(SECRETS.c.name == name)
    with database.reading() as connection:
        value = connection.execute(chosen).scalar_one_or_none()
    if value is None:
        with database.writing() as connection:
            # Another process may be about to do the same.
            with suppress(IntegrityError), connection.begin_nested():
                connection.execute(insert(SECRETS).values(name=name, value=random_bytes.token_hex(_BYTES)))
            value = connection.execute(chosen).scalar_one()
    return bytes.fromhex(str(value))
