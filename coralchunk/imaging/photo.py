"""A decoded photo, turned upright and cut piece by piece.

A photo of 100 megapixels takes hundreds of megabytes; a second copy for every turn and change of mode would
be gigabytes. So only the pieces that are looked at are turned.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final

import cv2
import numpy as np

from coralchunk.imaging.raster import Box, Raster
from coralchunk.imaging.scene import Scene, scene, smaller
from coralchunk.imaging.windows import windows
from coralchunk.terms import CHUNK_PX, Chunk, Pixels, Size

SIDEWAYS: Final = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height
_TURN: Final[dict[int, Callable[[Pixels], Pixels]]] = {  # EXIF orientation -> what undoes it
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}
_UNDOES: Final = {6: 8, 8: 6}  # the orientation that turns back; any other undoes itself
UNREADABLE_PROFILE: Final = "unreadable_profile"  # a note: the colours were taken for sRGB
_SCENE_PX: Final = 512  # the scene is measured on a copy at least this long, see scene


class Photo:
    """A photo in memory."""

    def __init__(
        self, raster: Raster, orientation: int, applied: int = 1, notes: tuple[str, ...] = ()
    ) -> None:
        """Take decoded pixels.

        orientation  EXIF orientation of the pixels, 1 to 8; anything else counts as upright
        applied      EXIF orientation of the file that the decoder has applied to the pixels already
        notes        codes of what is to be known of the file, see science.quality
        """
        self._raster: Final = raster
        self._applied: Final = applied
        self.notes: Final = notes
        self._orientation: Final = orientation if orientation in _TURN else 1
        width, height = raster.size.width, raster.size.height
        if self._orientation in SIDEWAYS:
            width, height = height, width
        self.size: Final = Size(width, height)  # upright

    @property
    def nbytes(self) -> int:
        """How much memory its pixels take."""
        return self._raster.nbytes

    @cached_property
    def small(self) -> Pixels:
        """A copy of at most 256 px a side."""
        spare = max(1, max(self.size.width, self.size.height) // _SCENE_PX)
        return smaller(self.reduced(1 << spare.bit_length() - 1))  # halved again and again, as is fastest

    @cached_property
    def scene(self) -> Scene:
        """The statistics of the whole photo, see imaging.scene."""
        return scene(self.small)

    def as_stored(self) -> "Photo":
        """Return the photo with the rows and columns that its file has, whatever its orientation says."""
        return Photo(self._raster, _UNDOES.get(self._applied, self._applied), notes=self.notes)

    def pixels(self) -> Pixels:
        """Return the whole photo, (H, W, 3) uint8, RGB, upright; not to be written to."""
        return self.cut(Chunk(0, 0, self.size.width, self.size.height))

    def cut(self, piece: Chunk) -> Pixels:
        """Return a piece of the photo, (height, width, 3) uint8, RGB, upright; not to be written to."""
        return self._upright(self._raster.piece(self._stored(piece)))

    def windows(self, chunks: Sequence[Chunk]) -> Iterator[Pixels]:
        """Cut the window of each chunk, as imaging.windows does, one by one."""
        width, height = self.size.width, self.size.height
        if min(width, height) < CHUNK_PX:
            yield from windows(self.pixels(), chunks)
            return
        for chunk in chunks:
            x, y = min(chunk.x, width - CHUNK_PX), min(chunk.y, height - CHUNK_PX)
            yield self.cut(Chunk(x, y, CHUNK_PX, CHUNK_PX))

    def reduced(self, factor: int) -> Pixels:
        """Return a copy smaller by a whole factor, each pixel the mean of `factor` x `factor`."""
        return self._upright(self._raster.reduced(factor))

    def shrunk(self, size: Size) -> Pixels:
        """Return a copy of `size`, which is not larger than the photo: by a whole factor, then bilinearly."""
        width, height = self.size.width, self.size.height
        factor = -(-width // size.width)
        if (-(-width // factor), -(-height // factor)) != (size.width, size.height):
            factor = min(width // size.width, height // size.height)
        small = self.reduced(factor)
        if small.shape[:2] == (size.height, size.width):
            return small.copy()
        scaled = cv2.resize(small, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(scaled, dtype=np.uint8)

    def _stored(self, piece: Chunk) -> Box:
        """Return where a piece of the upright photo is stored."""
        width, height = self.size.width, self.size.height
        left, right = piece.x, piece.x + piece.width
        top, bottom = piece.y, piece.y + piece.height
        if self._orientation in {2, 3, 6, 7}:
            left, right = width - right, width - left
        if self._orientation in {3, 4, 7, 8}:
            top, bottom = height - bottom, height - top
        if self._orientation in SIDEWAYS:
            left, top, right, bottom = top, left, bottom, right
        return left, top, right, bottom

    def _upright(self, stored: Pixels) -> Pixels:
        if self._orientation == 1:
            return stored
        return np.ascontiguousarray(_TURN[self._orientation](stored))
