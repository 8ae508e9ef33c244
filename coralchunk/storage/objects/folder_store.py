"""Store objects as files below one local folder."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, Final

from coralchunk.errors import StorageFull
from coralchunk.storage.objects.object_store import StoredFolder, StoredObject

_HALF_WRITTEN: Final = ".part"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REMOVALS: Final = 10  # of one folder, while others still store objects in it
_COPY_BYTES: Final = 1 << 20


class FolderStore:
    """Objects as files; a key is a path below the root."""

    def __init__(self, root: Path) -> None:
        self._root: Final = root

    @property
    def place(self) -> str:
        """Name the folder."""
        return str(self._root)

    def write(self, key: str, content: IO[bytes]) -> None:
        """Store an object; see ObjectStore."""
        path = self._root / key
        half = path.with_name(f"{path.name}.{token_hex(8)}{_HALF_WRITTEN}")  # two may write the same object
        with _full_disk(), _removed_on_failure(half):
            with _create(half) as file:
                shutil.copyfileobj(content, file, _COPY_BYTES)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)  # atomic on one filesystem
            _sync_folder(path.parent)

    def read(self, key: str) -> bytes:
        """Return an object; see ObjectStore."""
        return (self._root / key).read_bytes()

    def open(self, key: str) -> IO[bytes]:
        """Open an object; see ObjectStore."""
        return (self._root / key).open("rb")

    def size_bytes(self, key: str) -> int:
        """Return the size of an object; see ObjectStore."""
        return (self._root / key).stat().st_size

    def remove(self, key: str) -> None:
        """Remove an object and its folder where that is now empty; see ObjectStore."""
        path = self._root / key
        path.unlink(missing_ok=True)
        with suppress(OSError):  # it holds other objects, or is gone
            path.parent.rmdir()

    def remove_folder(self, folder: str) -> None:
        """Remove a folder; see ObjectStore."""
        path = self._root / folder
        for attempt in range(1, _REMOVALS + 1):
            try:
                shutil.rmtree(path)
            except FileNotFoundError:
                if not path.exists():
                    return
            except OSError as failure:
                if failure.errno != errno.ENOTEMPTY or attempt == _REMOVALS:
                    raise
            else:
                return

    def folder(self, name: str) -> StoredFolder:
        """Return one folder; see ObjectStore."""
        try:
            return _folder(self._root / name)
        except FileNotFoundError:
            return StoredFolder(name, 0.0, ())

    def folders(self) -> Iterator[StoredFolder]:
        """Yield the folders of the first level; see ObjectStore."""
        with suppress(FileNotFoundError), os.scandir(self._root) as entries:
            for entry in entries:
                try:
                    if entry.is_dir():
                        yield _folder(Path(entry.path))
                except FileNotFoundError:  # removed meanwhile
                    continue

    def check(self) -> None:
        """Write, read back and remove a small file. Raises OSError if that fails."""
        probe = self._root / f"check-{os.getpid()}"
        self._root.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"coralchunk")
        if probe.read_bytes() != b"coralchunk":
            raise OSError(f"{probe} does not hold what was written to it")
        probe.unlink(missing_ok=True)


def _create(path: Path) -> IO[bytes]:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return path.open("wb")
        except FileNotFoundError:  # the folder was removed in between because it was empty
            continue


def _sync_folder(path: Path) -> None:
    """Make a new name durable: without this, a power cut could leave the file under its earlier one."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    except OSError as failure:
        if failure.errno != errno.EINVAL:  # some network file systems cannot do this for folders
            raise
    finally:
        os.close(folder)


@contextmanager
def _removed_on_failure(half: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        half.unlink(missing_ok=True)
        raise


def _folder(path: Path) -> StoredFolder:
    with os.scandir(path) as files:
        objects = tuple(
            StoredObject(file.name, file.stat().st_size, file.stat().st_mtime)
            for file in files
            if file.is_file() and not file.name.endswith(_HALF_WRITTEN)
        )
    return StoredFolder(path.name, path.stat().st_mtime, objects)


@contextmanager
def _full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        if failure.errno in _NO_ROOM:
            raise StorageFull from failure
        raise
