"""Wrap an uploaded file so that a decoder can read it only as often and as far as a valid file needs.

Millions of tiny segments, comments that are copied at every byte, thousands of tags that all point at the
same megabytes: each is a small file that keeps a parser busy for hours or fills the memory.
"""

from collections.abc import Sequence
from typing import IO, Final

from coralchunk.errors.images import BrokenImage

_HEADER_READS: Final = 10_000  # an EXIF of 10 MB comes in 160 segments, three reads each
_HEADER_BYTES: Final = 16_000_000
_PIXEL_READS: Final = 1_000_000  # a PNG of 64 MB in libpng's usual parts makes 24,000


class Metered:
    """As much of a binary file as Pillow needs, with a limit on reads and on bytes read."""

    def __init__(self, stream: IO[bytes], patches: Sequence[tuple[int, bytes]] = ()) -> None:
        """Wrap a seekable file; `patches` replace bytes at places of it."""
        self._stream: Final = stream
        self._patches: Final = patches
        self._reads = _HEADER_READS
        stream.seek(0, 2)
        self._size: Final = stream.tell()
        # Some decoders begin by taking the whole file into memory.
        self._bytes = self._size + _HEADER_BYTES
        stream.seek(0)

    def patched(self, patches: Sequence[tuple[int, bytes]]) -> "Metered":
        """Return the same file with patches and its own limits."""
        return Metered(self._stream, patches)

    def allow_pixels(self) -> None:
        """Reset the limits to those for decoding."""
        self._reads = _PIXEL_READS
        self._bytes = 2 * self._size + _HEADER_BYTES

    def read(self, size: int = -1) -> bytes:
        """Read like the file itself. Raises BrokenImage beyond a limit."""
        start = self._stream.tell() if self._patches else 0
        content = self._stream.read(size)
        for place, patch in self._patches:
            content = _patched(content, place - start, patch)
        self._reads -= 1
        self._bytes -= len(content)
        if self._reads < 0 or self._bytes < 0:
            raise BrokenImage("image", "its parts are too many, or point at each other")
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to a place."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Tell the place."""
        return self._stream.tell()

    def fileno(self) -> int:
        """Return the file's descriptor, for decoders in C. Raises OSError if it is in memory."""
        return self._stream.fileno()


def _patched(content: bytes, place: int, patch: bytes) -> bytes:
    """Apply a patch to a piece of a file; its place is relative to the piece, and may be outside."""
    if place >= len(content) or place + len(patch) <= 0:
        return content
    inside = patch[max(0, -place) : len(content) - place]
    start = max(0, place)
    return content[:start] + inside + content[start + len(inside) :]
