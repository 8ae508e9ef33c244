"""Verify the checksum that a client states for the bytes that it sends."""

import hashlib
from dataclasses import dataclass
from typing import IO, Final

from coralchunk.errors.uploads import TooMuchContent, WrongChecksum

ALGORITHMS: Final = ("sha1", "sha256", "md5")
_READ_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Checksum:
    """A checksum of one request."""

    algorithm: str  # one of ALGORITHMS
    digest: bytes

    def copy(self, content: IO[bytes], target: IO[bytes], max_bytes: int) -> None:
        """Copy content to a file and rewind it. Raises WrongChecksum; beyond `max_bytes` TooMuchContent."""
        found = hashlib.new(self.algorithm, usedforsecurity=False)
        size = 0
        while piece := content.read(_READ_BYTES):
            size += len(piece)
            if size > max_bytes:
                raise TooMuchContent(size, max_bytes)
            found.update(piece)
            target.write(piece)
        if found.digest() != self.digest:
            raise WrongChecksum(self.algorithm)
        target.seek(0)
