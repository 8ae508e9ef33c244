"""Read bytes by their place, from a file or a block in memory."""

from dataclasses import dataclass
from typing import Protocol


class Source(Protocol):
    """Bytes that are read by their place."""

    def read_at(self, place: int, size: int) -> bytes:
        """Return up to `size` bytes from a place; fewer at the end."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of bytes in memory."""

    content: bytes

    def read_at(self, place: int, size: int) -> bytes:
        """Return up to `size` bytes from a place."""
        return self.content[place : place + size]


class Seekable(Protocol):
    """What is used of a file."""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to a place."""

    def read(self, size: int = -1) -> bytes:
        """Read from there."""


@dataclass(frozen=True, slots=True)
class File:
    """A seekable binary file, such as imaging.metered.Metered."""

    stream: Seekable

    def read_at(self, place: int, size: int) -> bytes:
        """Return up to `size` bytes from a place; the file's position is moved."""
        self.stream.seek(min(place, 1 << 40))
        return self.stream.read(size)
