"""Remove the bytes of images that have no row, left by interrupted uploads and deletions."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from coralchunk.storage import images
from coralchunk.storage.database import Database
from coralchunk.storage.image_blobs import ImageBlobs

_JUST_STORED_S: Final = 3600  # a younger folder may be about to get its row
_BATCH: Final = 500  # folders per database query


def remove_orphans(database: Database, blobs: ImageBlobs, now: float) -> int:
    """Remove folders that are older than an hour and have no row. Returns how many.

    now  Unix seconds
    """
    removed = 0
    old = (name for name, changed_at in blobs.folders() if now - changed_at >= _JUST_STORED_S)
    for names in _batches(old):
        with database.reading() as connection:
            known = images.known_blobs(connection, names)
        for name in names:
            if name not in known:
                blobs.delete(name)
                removed += 1
    return removed


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(names, _BATCH)):
        yield batch
