"""Remove photos that clients sent to the object store and never confirmed."""

from typing import Final

from coralchunk.pipeline.stores import Stores

LIFETIME_S: Final = 3600  # of the address to which a photo is sent


def remove_unconfirmed(stores: Stores, now: float) -> int:
    """Remove photos that were not confirmed in time. Returns how many.

    now  Unix seconds
    """
    removed = 0
    if stores.presigner is not None:
        for folder in stores.incoming.folders():
            if now - folder.changed_at > 2 * LIFETIME_S:
                stores.incoming.remove_folder(folder.name)
                removed += 1
    return removed
