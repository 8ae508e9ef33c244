"""Keep the bytes of images: one folder an image, named by the hash of its upload and by the image itself.

<sha256>-<image>/image      the copy that is kept
<sha256>-<image>/thumbnail  a JPEG of it, at most 256 px a side
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from coralchunk.storage.objects.object_store import ObjectStore

_IMAGE: Final = "image"
_THUMBNAIL: Final = "thumbnail"
_ID_DIGITS: Final = 8


def blob_name(sha256: str, public_id: str) -> str:
    """Name the folder of an image.

    No two images share one, not even where their bytes are the same: the deletion of one image cannot take
    away another that is just being stored.
    """
    return f"{sha256}-{public_id[:_ID_DIGITS]}"


class ImageBlobs:
    """The bytes of all images."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects: Final = objects

    def write(self, blob: str, content: bytes, thumbnail: bytes) -> None:
        """Store an image, durably. Raises StorageFull; nothing of it is there then."""
        try:
            self._objects.write(f"{blob}/{_THUMBNAIL}", BytesIO(thumbnail))
            self._objects.write(f"{blob}/{_IMAGE}", BytesIO(content))
        except Exception:
            self._objects.remove_folder(blob)
            raise

    def image(self, blob: str) -> bytes:
        """Return the copy that is kept of an image. Raises FileNotFoundError."""
        return self._objects.read(f"{blob}/{_IMAGE}")

    def thumbnail(self, blob: str) -> bytes:
        """Return the thumbnail of an image. Raises FileNotFoundError."""
        return self._objects.read(f"{blob}/{_THUMBNAIL}")

    def delete(self, blob: str) -> None:
        """Remove an image; nothing happens if it is not there."""
        self._objects.remove_folder(blob)

    def folders(self) -> Iterator[tuple[str, float]]:
        """Yield the name of each folder and when it was last changed, Unix seconds."""
        for folder in self._objects.folders():
            yield (
                folder.name,
                max((stored.changed_at for stored in folder.objects), default=folder.changed_at),
            )
