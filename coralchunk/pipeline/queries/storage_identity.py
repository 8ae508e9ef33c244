"""Make sure that every process of a server uses the same storage.

A worker with another data folder would find none of the photos that it is given, and fail them all. So the
storage holds an id, and Redis holds the id of the storage that its jobs are in.
"""

import secrets
import time
from typing import Final, cast

from coralchunk.errors.setup import OtherStorage
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.records.keys import STORAGE_ID
from coralchunk.pipeline.stores import Stores

_ID_BYTES: Final = 16
_WRITE_TIMEOUT_S: Final = 5.0  # for the process that chose the id to write it into the storage
_LOOK_AGAIN_S: Final = 0.1


def check_storage(stores: Stores) -> None:
    """Raise OtherStorage unless the storage is the one that the jobs in Redis are in.

    The first process of a new Redis decides which storage that is.
    """
    stored = stores.blobs.storage_id()
    chosen = stored or secrets.token_hex(_ID_BYTES)
    if stores.redis.set(STORAGE_ID, chosen, nx=True):
        if stored is None:
            stores.blobs.write_storage_id(chosen)
        return
    expected = _expected(stores)
    deadline = time.monotonic() + _WRITE_TIMEOUT_S
    while stored is None and time.monotonic() < deadline:
        # Another process may have chosen the id a moment ago and be about to write it.
        time.sleep(_LOOK_AGAIN_S)  # noqa: TID251 - of a file there is no event
        stored = stores.blobs.storage_id()
    if stored != expected:
        raise OtherStorage(stores.blobs.place, stored, expected)


def is_same_storage(stores: Stores) -> bool:
    """Tell whether the storage is now the one that the jobs in Redis are in.

    An emptied Redis accepts any storage until the sweeper stores the id again. Raises QueueDown and
    StorageDown.
    """
    with reachable():
        expected = _expected(stores)
    return expected in {None, stores.blobs.storage_id()}


def renew_storage_id(stores: Stores) -> None:
    """Write the id of the storage again, so that a bucket's rule for old objects does not remove it."""
    stored = stores.blobs.storage_id()
    if stored is not None:
        stores.blobs.write_storage_id(stored)


def accept_storage(stores: Stores) -> None:
    """Make the storage of the settings the one of this Redis, also where another one was."""
    stored = stores.blobs.storage_id()
    if stored is None:
        stored = secrets.token_hex(_ID_BYTES)
        stores.blobs.write_storage_id(stored)
    stores.redis.set(STORAGE_ID, stored)


def _expected(stores: Stores) -> str | None:
    value = cast(bytes | None, stores.redis.get(STORAGE_ID))
    return None if value is None else value.decode()
