"""Give access to the pixels of a decoded file: pieces of it and smaller copies, RGB, as stored.

An array takes 3 bytes per pixel and its pieces cost nothing. Pillow keeps 4 bytes in its own memory, and each
piece has to be unpacked; but converting its picture to an array would need both at once, which for a photo of
100 megapixels is 700 MB instead of 400. So pixels that Pillow decoded stay in Pillow's memory.
"""

from collections.abc import Iterator
from typing import Final, Protocol

import cv2
import numpy as np
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.pixels.deep import eight_bit
from coralchunk.imaging.pixels.filling import Empty
from coralchunk.terms import Size

Box = tuple[int, int, int, int]  # left, top, right, bottom

_PLAIN: Final = frozenset({"RGB", "L"})  # modes whose pixels may be averaged as they are
_BYTES_PER_PIXEL: Final = {"1": 1, "L": 1, "P": 1}
_BAND_PX: Final = 512  # rows that are turned into an array at a time


class Raster(Protocol):
    """The pixels of a file."""

    @property
    def size(self) -> Size:
        """As stored."""

    @property
    def nbytes(self) -> int:
        """How much memory they take."""

    def piece(self, box: Box) -> Pixels:
        """Return the pixels in a box, (height, width, 3) uint8, RGB; read-only."""

    def blacken(self, empty: Empty) -> None:
        """Make the pixels black that hold nothing, so that they have no say in smaller copies."""

    def reduced(self, factor: int) -> Pixels:
        """Return a copy smaller by a whole factor, each pixel the mean of `factor` x `factor`.

        What is left at the right and bottom makes one more column and row.
        """


class ArrayRaster:
    """Pixels in one array."""

    def __init__(self, pixels: Pixels) -> None:
        """Take (H, W, 3) uint8, RGB."""
        self._pixels: Final = pixels.view()
        self._pixels.flags.writeable = False

    @property
    def size(self) -> Size:
        """As stored."""
        return Size(self._pixels.shape[1], self._pixels.shape[0])

    @property
    def nbytes(self) -> int:
        """How much memory they take."""
        return self._pixels.nbytes

    def piece(self, box: Box) -> Pixels:
        """Return the pixels in a box, see Raster."""
        left, top, right, bottom = box
        return self._pixels[top:bottom, left:right]

    def blacken(self, empty: Empty) -> None:
        """Make empty pixels black, see Raster."""
        self._pixels.flags.writeable = True
        self._pixels[empty > 0] = 0
        self._pixels.flags.writeable = False

    def reduced(self, factor: int) -> Pixels:
        """Return a smaller copy, see Raster."""
        if factor == 1:
            return self._pixels
        width, height = self.size.width, self.size.height
        small = np.empty((-(-height // factor), -(-width // factor), 3), dtype=np.uint8)
        for rows, rows_there in _blocks(height, factor):
            for columns, columns_there in _blocks(width, factor):
                there = small[rows_there, columns_there]
                there[:] = _mean(self._pixels[rows, columns], *there.shape[:2])
        return small


class PillowRaster:
    """Pixels in Pillow's memory, in the mode of their file."""

    def __init__(self, image: Image.Image) -> None:
        """Wrap a loaded image; its transparency is ignored, see imaging.emptiness."""
        self._image = eight_bit(image)

    @property
    def size(self) -> Size:
        """As stored."""
        return Size(*self._image.size)

    @property
    def nbytes(self) -> int:
        """How much memory they take."""
        return self.size.pixels * _BYTES_PER_PIXEL.get(self._image.mode, 4)

    def piece(self, box: Box) -> Pixels:
        """Return the pixels in a box, see Raster."""
        return np.asarray(_rgb(self._image.crop(box)))

    def blacken(self, empty: Empty) -> None:
        """Make empty pixels black, see Raster."""
        if self._image.mode not in {"RGB", "RGBA", "L"}:
            self._image = self._image.convert("RGB")
        black: int | tuple[int, ...] = 0 if self._image.mode == "L" else (0,) * len(self._image.getbands())
        self._image.paste(black, (0, 0, *self._image.size), Image.fromarray(empty))

    def reduced(self, factor: int) -> Pixels:
        """Return a smaller copy, see Raster."""
        if self._image.mode in _PLAIN:
            return np.asarray(_rgb(self._image.reduce(factor) if factor > 1 else self._image))
        rows = max(1, _BAND_PX // factor) * factor
        tops = range(0, self._image.height, rows)
        return np.concatenate([self._reduced_band(top, rows, factor) for top in tops])

    def _reduced_band(self, top: int, rows: int, factor: int) -> Pixels:
        box = (0, top, self._image.width, min(self._image.height, top + rows))
        return np.asarray(_rgb(self._image.crop(box)).reduce(factor))


def _rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")


def _mean(pixels: Pixels, height: int, width: int) -> Pixels:
    """Average whole blocks of pixels."""
    # OpenCV halves several times as fast as it takes any other mean.
    while pixels.shape[0] // height % 2 == pixels.shape[1] // width % 2 == 0:
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _blocks(length: int, factor: int) -> Iterator[tuple[slice, slice]]:
    """Yield the part of a side that whole blocks fill, and the rest: its source and its destination."""
    whole = length // factor
    if whole:
        yield slice(0, whole * factor), slice(0, whole)
    if length % factor:
        yield slice(whole * factor, length), slice(whole, whole + 1)
