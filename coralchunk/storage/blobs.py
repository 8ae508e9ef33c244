"""Uploads and answers as files under one root: a local folder, or whatever else fsspec reaches.

One folder a job, so that deleting a job is deleting a folder:

    <job id>/photo          the upload, byte for byte; never served
    <job id>/owner          whose job it is, if anybody's: Redis, which knows it too, may be wiped
    <job id>/request.json   of an enquiry: the addresses of photos on the web, and the points in them
    <job id>/fetched-<n>    of an enquiry: a photo from the web, until it is classified; never served
    <job id>/share          the id under which it is shared, if it is; likewise
    <job id>/<answer part>  what the stitcher made of it
    <job id>/window-<chunk>.png, context.png   cut for whoever corrects a chunk

A part appears whole or not at all, and stays after a power cut once `keep` has returned.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, cast

import fsspec  # type: ignore[import-untyped]
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

from coralchunk.errors import StorageFull

PHOTO: Final = "photo"
OWNER: Final = "owner"
REQUEST: Final = "request.json"
RESULT: Final = "result.json"
SHARE: Final = "share"
PICTURE: Final = "picture.png"
SUMMARY: Final = "summary.json"
CHUNKS: Final = "chunks.json"
CONTEXT: Final = "context.png"
_HALF_WRITTEN: Final = ".part"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def window_name(chunk: int) -> str:
    """Name the picture of a chunk as the model saw it."""
    return f"window-{chunk}.png"


@dataclass(frozen=True, slots=True)
class Folder:
    """What is stored of one job."""

    job_id: int
    changed_at: float  # Unix seconds; when the upload was stored, if it is there
    has_photo: bool
    has_request: bool
    size_bytes: int


class Blobs:
    """The files of all jobs."""

    def __init__(self, url: str) -> None:
        filesystem, root = fsspec.core.url_to_fs(url)
        self._files: Final = cast(Any, filesystem)  # fsspec is untyped
        self._root: Final = PurePosixPath(root)
        self._local: Final = isinstance(filesystem, LocalFileSystem)

    def write(self, job_id: int, name: str, content: IO[bytes]) -> None:
        """Store one part of a job, durably. Raises StorageFull; the part is then not there.

        name     of the part, chosen by this server, never by a client
        content  read from where it stands to its end
        """
        path = self._path(job_id, name)
        target = f"{path}{_HALF_WRITTEN}" if self._local else path
        try:
            self._files.makedirs(str(self._folder(job_id)), exist_ok=True)
            with self._files.open(target, "wb") as file:
                shutil.copyfileobj(content, file, 1 << 20)
                file.flush()
                if self._local:
                    os.fsync(file.fileno())
            if self._local:
                # Atomic on one filesystem; object stores show a file only once it is complete anyway.
                Path(target).replace(path)
        except OSError as failure:
            if failure.errno in _NO_ROOM:
                raise StorageFull from failure
            raise

    def read(self, job_id: int, name: str) -> bytes:
        """Return one part of a job. Raises FileNotFoundError."""
        return cast(bytes, self._files.cat_file(self._path(job_id, name)))

    def open(self, job_id: int, name: str) -> IO[bytes]:
        """Open one part of a job for reading, seekable. Raises FileNotFoundError."""
        return cast(IO[bytes], self._files.open(self._path(job_id, name), "rb"))

    def remove(self, job_id: int, name: str) -> None:
        """Remove one part of a job; nothing happens if it is not there."""
        with suppress(FileNotFoundError):
            self._files.rm_file(self._path(job_id, name))

    def delete(self, job_id: int) -> None:
        """Remove all of a job; nothing happens if there is nothing."""
        folder = str(self._folder(job_id))
        try:
            self._files.rm(folder, recursive=True)
        except FileNotFoundError:
            return

    def folders(self) -> Iterator[Folder]:
        """Yield every job's folder."""
        if not self._files.isdir(str(self._root)):
            return
        for path in self._files.ls(str(self._root), detail=False):
            job_id = PurePosixPath(path).name
            if not job_id.isdigit():
                continue
            try:
                sizes = {part["name"]: part["size"] for part in self._files.ls(path, detail=True)}
                photo = f"{path}/{PHOTO}"
                has_photo = photo in sizes
                request = f"{path}/{REQUEST}"
                has_request = request in sizes
                newest = [photo] if has_photo else [request] if has_request else [*sizes] or [path]
                changed_at = max(self._files.modified(part).timestamp() for part in newest)
            except FileNotFoundError:  # deleted while we looked
                continue
            yield Folder(int(job_id), changed_at, has_photo, has_request, sum(sizes.values()))

    def check(self) -> None:
        """Write, read back and remove a small file. Raises OSError if that is not possible."""
        probe = str(self._root / f"check-{os.getpid()}")
        self._files.makedirs(str(self._root), exist_ok=True)
        self._files.pipe_file(probe, b"coralchunk")
        if self._files.cat_file(probe) != b"coralchunk":
            raise OSError(f"{probe} does not hold what was written to it")
        self._files.rm_file(probe)

    def _folder(self, job_id: int) -> PurePosixPath:
        return self._root / str(job_id)

    def _path(self, job_id: int, name: str) -> str:
        return str(self._folder(job_id) / name)
