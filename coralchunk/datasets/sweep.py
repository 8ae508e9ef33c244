"""Remove the bytes of images that have no row, and classifications that are kept no longer."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from coralchunk.config import Settings
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.objects.places import open_named_store
from coralchunk.storage.rows import classifications, images
from coralchunk.storage.sql.database import Database, open_database

_JUST_STORED_S: Final = 3600  # a younger folder may be about to get its row
_BATCH: Final = 500  # folders per database query


def sweep_datasets(settings: Settings, now: float) -> int:
    """Forget classifications that are kept no longer, and remove bytes without a row. Returns how many.

    now  Unix seconds

    Raises DatabaseDown, StorageDown.
    """
    database = open_database(settings.database_url, settings.data_dir)
    try:
        with database.writing() as connection:
            classifications.delete_classifications_before(connection, now - settings.feedback_ttl)
        return remove_orphans(database, ImageBlobs(open_named_store(settings, "images")), now)
    finally:
        database.close()


def remove_orphans(database: Database, blobs: ImageBlobs, now: float) -> int:
    """Remove folders that are older than an hour and have no row. Returns how many.

    now  Unix seconds
    """
    removed = 0
    old = (name for name, changed_at in blobs.folders() if now - changed_at >= _JUST_STORED_S)
    for names in _batches(old):
        with database.reading() as connection:
            known = images.known_blobs(connection, names)
            known |= classifications.classifications_with_blobs(connection, names)
        for name in names:
            if name not in known:
                blobs.delete(name)
                removed += 1
    return removed


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(names, _BATCH)):
        yield batch
