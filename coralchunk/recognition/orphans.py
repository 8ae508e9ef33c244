"""Remove the files of networks that have no row, left by interrupted uploads and deletions."""

from typing import Final

from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.rows.networks import networks_with_blobs
from coralchunk.storage.sql.database import Database

_JUST_STORED_S: Final = 3600  # a younger folder may be about to get its row


def remove_orphans(database: Database, files: ObjectStore, now: float) -> int:
    """Remove folders that are older than an hour and belong to no network. Returns how many.

    now  Unix seconds
    """
    old = [folder.name for folder in files.folders() if now - folder.changed_at >= _JUST_STORED_S]
    if not old:
        return 0
    with database.reading() as connection:
        orphans = set(old) - networks_with_blobs(connection, old)
    for folder in orphans:
        files.remove_folder(folder)
    return len(orphans)
