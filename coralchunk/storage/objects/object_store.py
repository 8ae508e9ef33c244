"""Define how stored objects are written, read and listed, for every kind of store."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of a folder."""

    name: str  # without the folder's
    size_bytes: int
    changed_at: float  # Unix seconds


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """The objects whose keys begin with the same `<name>/`."""

    name: str
    changed_at: float  # Unix seconds; of the folder itself where it has no object
    objects: tuple[StoredObject, ...]


class ObjectStore(Protocol):
    """Objects by key, such as `7/photo`.

    An object appears whole or not at all, and stays after a power cut once `write` has returned. Keys consist
    of names that this server chose, never a client.

    Every method raises StorageDown where the store cannot be reached.
    """

    @property
    def place(self) -> str:
        """Where the objects are, for people."""

    def write(self, key: str, content: IO[bytes]) -> None:
        """Store an object in place of an earlier one. Raises StorageFull; the object is then as before.

        content  read from its position to its end
        """

    def read(self, key: str) -> bytes:
        """Return an object. Raises FileNotFoundError."""

    def open(self, key: str) -> IO[bytes]:
        """Open an object for reading, seekable. Raises FileNotFoundError."""

    def size_bytes(self, key: str) -> int:
        """Return the size of an object. Raises FileNotFoundError."""

    def remove(self, key: str) -> None:
        """Remove an object; nothing happens if it does not exist."""

    def remove_folder(self, folder: str) -> None:
        """Remove every object whose key begins with `<folder>/`, if there are any."""

    def folder(self, name: str) -> StoredFolder:
        """Return a folder of the first level with the objects directly in it; it may have none."""

    def folders(self) -> Iterator[StoredFolder]:
        """Yield the folders of the first level, with the objects that lie directly in each."""

    def check(self) -> None:
        """Write, read back and remove a small object. Raises OSError or StorageDown if that fails."""
