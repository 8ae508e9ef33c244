"""Store the bytes of unfinished uploads as parts, so that each is durable as soon as it is written.

<upload id>/info.json      what is known of the upload
<upload id>/part-<offset>  bytes of the photo from an offset on

A part is written whole or not at all, on a disk and in an object store. Two requests that continue the same
upload at once write the same bytes of the same photo, so no lock is needed: what counts is how far the parts
reach without a gap.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Final

from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.uploads.upload import UploadInfo

INFO: Final = "info.json"
_PART: Final = "part-"
_DIGITS: Final = 12


class UploadParts:
    """The stored parts of all unfinished uploads."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects: Final = objects

    def write_info(self, upload_id: str, info: UploadInfo) -> None:
        """Store what is known of an upload. Raises StorageFull, StorageDown."""
        self._objects.write(f"{upload_id}/{INFO}", BytesIO(info.to_json()))

    def read_info(self, upload_id: str) -> UploadInfo:
        """Return what is known of an upload. Raises FileNotFoundError, StorageDown."""
        return UploadInfo.from_json(self._objects.read(f"{upload_id}/{INFO}"))

    def write(self, upload_id: str, offset: int, content: bytes) -> None:
        """Store bytes at an offset. Raises StorageFull, StorageDown."""
        self._objects.write(f"{upload_id}/{_name(offset)}", BytesIO(content))

    def reach(self, upload_id: str) -> int:
        """Return how many bytes are stored without a gap from the first on."""
        return sum(size for _, size in self._contiguous(upload_id))

    def copy_to(self, upload_id: str, end: int, target: IO[bytes]) -> None:
        """Write the bytes before `end` to a file."""
        at = 0
        for name, size in self._contiguous(upload_id):
            if at == end:
                return
            target.write(self._objects.read(f"{upload_id}/{name}")[: end - at])
            at += min(size, end - at)

    def remove_content(self, upload_id: str) -> None:
        """Remove the parts of an upload, and keep what is known of it."""
        for stored in self._objects.folder(upload_id).objects:
            if stored.name != INFO:
                self._objects.remove(f"{upload_id}/{stored.name}")

    def remove(self, upload_id: str) -> None:
        """Remove an upload."""
        self._objects.remove_folder(upload_id)

    def remove_old(self, created_before: float, abandoned_before: float) -> int:
        """Remove the uploads that began before a time. Returns how many.

        created_before    Unix seconds
        abandoned_before  Unix seconds; of parts whose upload was removed while they were written
        """
        removed = 0
        for folder in self._objects.folders():
            infos = [stored.changed_at for stored in folder.objects if stored.name == INFO]
            if folder.changed_at < abandoned_before if not infos else infos[0] < created_before:
                self._objects.remove_folder(folder.name)
                removed += 1
        return removed

    def _contiguous(self, upload_id: str) -> Iterator[tuple[str, int]]:
        """Yield name and size of each part that begins where the one before ends."""
        sizes = {stored.name: stored.size_bytes for stored in self._objects.folder(upload_id).objects}
        at = 0
        while size := sizes.get(_name(at)):
            yield _name(at), size
            at += size


def _name(offset: int) -> str:
    return f"{_PART}{offset:0{_DIGITS}}"
