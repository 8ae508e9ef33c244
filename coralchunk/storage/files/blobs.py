"""Lay out the objects of each job: one folder a job, so that deleting a job is deleting a folder.

<job id>/photo          the upload, byte for byte; never served
<job id>/owner          whose job it is, if it has an owner: Redis, which knows it too, may be wiped
<job id>/model          label of the model that classifies the photo, if it is not the server's
<job id>/request.json   of a point job: the addresses of its photos, and the points in them
<job id>/fetched-<n>    of a point job: a fetched photo, until it is classified; never served
<job id>/share          the id under which the job is shared, if it is
<job id>/<part>         a part of the result, as the stitcher wrote it
<job id>/window-<chunk>.png, context.png   cropped for the correction of a chunk
<job id>/view-<chunk>.webp                 a chunk with its surroundings, for those who check it
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Final

from coralchunk.storage.objects.object_store import ObjectStore, StoredFolder

PHOTO: Final = "photo"
OWNER: Final = "owner"
BATCH: Final = "batch"
MODEL: Final = "model"
REQUEST: Final = "request.json"
RESULT: Final = "result.json"
SHARE: Final = "share"
PICTURE: Final = "picture.png"
SUMMARY: Final = "summary.json"
CHUNKS: Final = "chunks.json"
_STORAGE_ID: Final = "storage-id"  # next to the folders of the jobs
CONTEXT: Final = "context.png"


def window_name(chunk: int) -> str:
    """Name the picture of a chunk as the model saw it."""
    return f"window-{chunk}.png"


def view_name(chunk: int) -> str:
    """Name the picture of a chunk with its surroundings."""
    return f"view-{chunk}.webp"


@dataclass(frozen=True, slots=True)
class Folder:
    """What is stored of one job."""

    job_id: int
    changed_at: float  # Unix seconds; when the upload was stored, if it is there
    has_photo: bool
    has_request: bool
    size_bytes: int


class Blobs:
    """The stored parts of all jobs."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects: Final = objects

    def write(self, job_id: int, name: str, content: IO[bytes]) -> None:
        """Store one part of a job, durably. Raises StorageFull, StorageDown; the part is then as before.

        name     of the part, chosen by this server, never by a client
        content  read from its position to its end
        """
        self._objects.write(f"{job_id}/{name}", content)

    def write_all(self, job_id: int, parts: Mapping[str, bytes]) -> None:
        """Store parts of a job, as `write` does, all at once: each waits for the disk or the object store.

        Raises what `write` raises; some of the parts may be stored then.
        """
        with ThreadPoolExecutor(len(parts)) as threads:
            stored = [
                threads.submit(self.write, job_id, name, BytesIO(content)) for name, content in parts.items()
            ]
        for one in stored:
            one.result()

    def read(self, job_id: int, name: str) -> bytes:
        """Return one part of a job. Raises FileNotFoundError, StorageDown."""
        return self._objects.read(f"{job_id}/{name}")

    def open(self, job_id: int, name: str) -> IO[bytes]:
        """Open one part of a job for reading, seekable. Raises FileNotFoundError, StorageDown."""
        return self._objects.open(f"{job_id}/{name}")

    def has(self, job_id: int, name: str) -> bool:
        """Tell whether one part of a job is stored. Raises StorageDown."""
        try:
            self._objects.size_bytes(f"{job_id}/{name}")
        except FileNotFoundError:
            return False
        return True

    def remove(self, job_id: int, name: str) -> None:
        """Remove one part of a job; nothing happens if it does not exist."""
        self._objects.remove(f"{job_id}/{name}")

    def delete(self, job_id: int) -> None:
        """Remove all parts of a job, if there are any."""
        self._objects.remove_folder(str(job_id))

    def folders(self) -> Iterator[Folder]:
        """Yield every job's folder."""
        for folder in self._objects.folders():
            if folder.name.isdigit():
                yield _job_folder(folder)

    @property
    def place(self) -> str:
        """Where the parts are stored, for people."""
        return self._objects.place

    def storage_id(self) -> str | None:
        """Return the id of this storage, or None if it has none yet. Raises StorageDown."""
        try:
            return self._objects.read(_STORAGE_ID).decode()
        except FileNotFoundError:
            return None

    def write_storage_id(self, storage_id: str) -> None:
        """Give this storage its id. Raises StorageFull, StorageDown."""
        self._objects.write(_STORAGE_ID, BytesIO(storage_id.encode()))

    def check(self) -> None:
        """Write, read back and remove a small object. Raises OSError or StorageDown if that fails."""
        self._objects.check()


def _job_folder(folder: StoredFolder) -> Folder:
    changed_at = {stored.name: stored.changed_at for stored in folder.objects}
    newest = max(changed_at.values(), default=folder.changed_at)
    return Folder(
        job_id=int(folder.name),
        changed_at=changed_at.get(PHOTO, changed_at.get(REQUEST, newest)),
        has_photo=PHOTO in changed_at,
        has_request=REQUEST in changed_at,
        size_bytes=sum(stored.size_bytes for stored in folder.objects),
    )
