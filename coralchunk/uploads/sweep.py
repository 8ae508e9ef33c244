"""Remove resumable uploads that have expired."""

from typing import Final

from coralchunk.config import Settings
from coralchunk.storage.objects.places import open_named_store
from coralchunk.uploads.parts import UploadParts

STORE: Final = "uploads"
_ABANDONED_S: Final = 3600.0


def sweep_uploads(settings: Settings, now: float) -> int:
    """Remove uploads that are older than a result may be. Returns how many.

    now  Unix seconds
    """
    parts = UploadParts(open_named_store(settings, STORE))
    return parts.remove_old(now - settings.result_ttl, now - _ABANDONED_S)
