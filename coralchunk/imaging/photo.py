"""Give access to a decoded photo, upright and piece by piece.

A photo of 100 megapixels takes hundreds of megabytes; a second copy for every rotation and mode would take
gigabytes. So only the pieces that are used are rotated.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final

import cv2
import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.imaging.metadata.orientation import SIDEWAYS
from coralchunk.imaging.pixels.filling import Empty, fill_small, fill_window
from coralchunk.imaging.pixels.raster import ArrayRaster, Box, Raster
from coralchunk.imaging.scene import Scene, scene, smaller
from coralchunk.imaging.windows import windows
from coralchunk.terms import CHUNK_PX, Chunk, Size

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
        self,
        raster: Raster,
        orientation: int,
        applied: int = 1,
        notes: tuple[str, ...] = (),
        empty: Empty | None = None,
    ) -> None:
        """Take decoded pixels.

        orientation  EXIF orientation of the pixels, 1 to 8; anything else counts as upright
        applied      EXIF orientation of the file that the decoder has applied to the pixels already
        notes        codes of notes about the file, see science.quality
        empty        where the raster is empty; its pixels are made black there
        """
        if empty is not None:
            raster.blacken(empty)
        self._empty: Final = empty
        self._raster: Final = raster
        self._applied: Final = applied
        self.notes: Final = notes
        self.orientation: Final = orientation if orientation in _TURN else 1
        width, height = raster.size.width, raster.size.height
        if self.orientation in SIDEWAYS:
            width, height = height, width
        self.size: Final = Size(width, height)  # upright

    @property
    def nbytes(self) -> int:
        """How much memory its pixels take."""
        return self._raster.nbytes + (0 if self._empty is None else self._empty.nbytes)

    @property
    def array(self) -> Pixels | None:
        """Its pixels as stored, if they are one array, none of them empty, and its file stores them so."""
        if self._empty is not None or self._applied != 1 or not isinstance(self._raster, ArrayRaster):
            return None
        return self._raster.piece((0, 0, self._raster.size.width, self._raster.size.height))

    @cached_property
    def small(self) -> Pixels:
        """A copy of at most 256 px a side; where the photo is empty, it repeats other pixels."""
        small = smaller(self._halved_often)
        share = self.empty_share(Size(small.shape[1], small.shape[0]))
        return small if share is None else fill_small(small, share)

    @cached_property
    def _halved_often(self) -> Pixels:
        """A copy at least 512 px long, halved again and again, as is fastest; 3 MB at most."""
        return self.reduced(_halvings(max(self.size.width, self.size.height), _SCENE_PX))

    @cached_property
    def scene(self) -> Scene:
        """The statistics of the whole photo, see imaging.scene."""
        return scene(self.small)

    def as_stored(self) -> "Photo":
        """Return the photo with the rows and columns of its file, regardless of its orientation."""
        return Photo(
            self._raster, _UNDOES.get(self._applied, self._applied), notes=self.notes, empty=self._empty
        )

    def pixels(self) -> Pixels:
        """Return the whole photo, (H, W, 3) uint8, RGB, upright; not to be written to."""
        return self.cut(Chunk(0, 0, self.size.width, self.size.height))

    def cut(self, piece: Chunk) -> Pixels:
        """Return a piece of the photo, (height, width, 3) uint8, RGB, upright; not to be written to."""
        return self._upright(self._raster.piece(self._stored(piece)))

    def part(self, piece: Chunk) -> "Photo":
        """Return a part as a separate photo."""
        empty = None if self._empty is None else self._empty_in(piece, self._empty)
        return Photo(ArrayRaster(self.cut(piece).copy()), 1, notes=self.notes, empty=empty)

    def seen(self, piece: Chunk) -> Pixels:
        """Return a piece of the photo like `cut`, its empty pixels in the colours nearest to them."""
        pixels = self.cut(piece)
        return pixels if self._empty is None else fill_window(pixels, self._empty_in(piece, self._empty))

    def seen_px(self, piece: Chunk) -> int:
        """Return how many pixels of a piece hold something."""
        area = piece.width * piece.height
        if self._empty is None:
            return area
        left, top, right, bottom = self._stored(piece)
        return area - int(np.count_nonzero(self._empty[top:bottom, left:right]))

    def has_data(self, piece: Chunk) -> bool:
        """Tell whether at least half of a piece has data; other pieces are not classified."""
        return 2 * self.seen_px(piece) >= piece.width * piece.height

    def windows(self, chunks: Sequence[Chunk]) -> Iterator[Pixels]:
        """Cut the window of each chunk, as imaging.windows does, one by one; empty pixels see `seen`."""
        width, height = self.size.width, self.size.height
        if min(width, height) < CHUNK_PX:
            yield from windows(self.seen(Chunk(0, 0, width, height)), chunks)
            return
        for chunk in chunks:
            x, y = min(chunk.x, width - CHUNK_PX), min(chunk.y, height - CHUNK_PX)
            yield self.seen(Chunk(x, y, CHUNK_PX, CHUNK_PX))

    def emptiness(self, size: Size) -> Empty | None:
        """Return where a smaller copy is empty, 255 or 0; None if all was seen."""
        share = self.empty_share(size)
        return None if share is None else np.where(share > 127, np.uint8(255), np.uint8(0))

    def empty_share(self, size: Size) -> Empty | None:
        """Return how much of each pixel of a smaller copy is empty, 0 to 255; None if all was seen."""
        if self._empty is None:
            return None
        upright = self._empty_in(Chunk(0, 0, self.size.width, self.size.height), self._empty)
        share = cv2.resize(upright, (size.width, size.height), interpolation=cv2.INTER_AREA)
        return np.asarray(share, dtype=np.uint8)

    def reduced(self, factor: int) -> Pixels:
        """Return a copy smaller by a whole factor, each pixel the mean of `factor` x `factor`."""
        return self._upright(self._raster.reduced(factor))

    def shrunk(self, size: Size) -> Pixels:
        """Return a copy of `size`, which is not larger than the photo.

        Each pixel is the mean of a whole number of pixels where that is possible; otherwise the photo is
        halved while it can be, then scaled bilinearly.
        """
        width, height = self.size.width, self.size.height
        factor = -(-width // size.width)
        if (-(-width // factor), -(-height // factor)) == (size.width, size.height):
            return self.reduced(factor).copy()
        factor = min(_halvings(width, size.width), _halvings(height, size.height))
        is_kept = factor == _halvings(max(width, height), _SCENE_PX)
        small = self._halved_often if is_kept else self.reduced(factor)
        scaled = cv2.resize(small, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(scaled, dtype=np.uint8)

    def _stored(self, piece: Chunk) -> Box:
        """Return where a piece of the upright photo is stored."""
        width, height = self.size.width, self.size.height
        left, right = piece.x, piece.x + piece.width
        top, bottom = piece.y, piece.y + piece.height
        if self.orientation in {2, 3, 6, 7}:
            left, right = width - right, width - left
        if self.orientation in {3, 4, 7, 8}:
            top, bottom = height - bottom, height - top
        if self.orientation in SIDEWAYS:
            left, top, right, bottom = top, left, bottom, right
        return left, top, right, bottom

    def _empty_in(self, piece: Chunk, empty: Empty) -> Empty:
        left, top, right, bottom = self._stored(piece)
        return self._upright(empty[top:bottom, left:right])

    def _upright(self, stored: Pixels) -> Pixels:
        if self.orientation == 1:
            return stored
        return np.ascontiguousarray(_TURN[self.orientation](stored))


def _halvings(length: int, least: int) -> int:
    """Return the largest power of two by which a length can be divided and is at least `least`; or 1."""
    return 1 << max(1, length // least).bit_length() - 1
