"""A decoded photo, kept the way Pillow keeps it and turned into upright RGB arrays piece by piece.

A photo of 100 megapixels takes 400 MB in Pillow's memory and another 300 MB as an array; a second copy for
every turn and change of mode would be gigabytes. So only the pieces that are looked at become arrays.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from PIL import Image

from coralchunk.imaging.scene import Scene, scene, smaller
from coralchunk.imaging.windows import windows
from coralchunk.terms import CHUNK_PX, Chunk, Pixels, Size, Windows

SIDEWAYS: Final = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height
_TURN: Final = {  # EXIF orientation -> what undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIXTEEN_BIT_GREY: Final = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I"})
_PLAIN: Final = frozenset({"RGB", "L"})  # modes whose pixels may be averaged as they are
_BYTES_PER_PIXEL: Final = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
_SCENE_PX: Final = 512  # the scene is measured on a copy at least this long, see scene
_BAND_PX: Final = 512  # rows that are turned into an array at a time


class Photo:
    """A photo in memory."""

    def __init__(self, image: Image.Image, orientation: int) -> None:
        """Take a loaded image and its EXIF orientation, 1 to 8; anything else counts as upright."""
        self._image: Final = image
        self._orientation: Final = orientation if orientation in _TURN else 1
        # 16-bit grey needs its upper byte; an "I" image may hold 8 bits only: its brightest pixel tells.
        self._is_deep: Final = image.mode != "I" or _brightest(image) > 255
        width, height = image.size
        if self._orientation in SIDEWAYS:
            width, height = height, width
        self.size: Final = Size(width, height)  # upright

    @property
    def nbytes(self) -> int:
        """How much memory its pixels take."""
        return self.size.pixels * _BYTES_PER_PIXEL.get(self._image.mode, 4)

    @cached_property
    def small(self) -> Pixels:
        """A copy of at most 256 px a side."""
        return smaller(self.reduced(max(1, max(self.size.width, self.size.height) // _SCENE_PX)))

    @cached_property
    def scene(self) -> Scene:
        """The statistics of the whole photo, see imaging.scene."""
        return scene(self.small)

    def pixels(self) -> Pixels:
        """Return the whole photo, (H, W, 3) uint8, RGB, upright."""
        return self.cut(Chunk(0, 0, self.size.width, self.size.height))

    def cut(self, piece: Chunk) -> Pixels:
        """Return a piece of the photo, (height, width, 3) uint8, RGB, upright."""
        return np.asarray(self._upright(self._rgb(self._image.crop(self._source_box(piece)))))

    def windows(self, chunks: Sequence[Chunk]) -> Windows:
        """Cut the window of each chunk, as imaging.windows does."""
        width, height = self.size.width, self.size.height
        if min(width, height) < CHUNK_PX:
            return windows(self.pixels(), chunks)
        cut = np.empty((len(chunks), CHUNK_PX, CHUNK_PX, 3), dtype=np.uint8)
        for row, chunk in enumerate(chunks):
            x, y = min(chunk.x, width - CHUNK_PX), min(chunk.y, height - CHUNK_PX)
            cut[row] = self.cut(Chunk(x, y, CHUNK_PX, CHUNK_PX))
        return cut

    def reduced(self, factor: int) -> Pixels:
        """Return a copy smaller by a whole factor, each pixel the mean of `factor` x `factor`."""
        if self._image.mode in _PLAIN:
            small = self._image.reduce(factor) if factor > 1 else self._image
            return np.asarray(self._upright(self._rgb(small)))
        bands = np.concatenate([self._reduced_band(top, factor) for top in self._band_tops(factor)])
        return np.asarray(self._upright(Image.fromarray(bands)))

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

    def _band_tops(self, factor: int) -> Iterator[int]:
        return iter(range(0, self._image.height, max(1, _BAND_PX // factor) * factor))

    def _reduced_band(self, top: int, factor: int) -> Pixels:
        rows = max(1, _BAND_PX // factor) * factor
        box = (0, top, self._image.width, min(self._image.height, top + rows))
        return np.asarray(self._rgb(self._image.crop(box)).reduce(factor))

    def _source_box(self, piece: Chunk) -> tuple[int, int, int, int]:
        """Return where a piece of the upright photo is stored: left, top, right, bottom."""
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

    def _upright(self, image: Image.Image) -> Image.Image:
        return image.transpose(_TURN[self._orientation]) if self._orientation in _TURN else image

    def _rgb(self, image: Image.Image) -> Image.Image:
        if image.mode == "RGB":
            return image
        if image.mode in _SIXTEEN_BIT_GREY:
            # Pillow clips 16-bit grey at 255 when it converts; a photo needs its upper byte instead.
            grey = np.asarray(image).astype(np.int64)
            eight = (grey >> 8 if self._is_deep else grey).clip(0, 255).astype(np.uint8)
            return Image.fromarray(eight).convert("RGB")
        if image.has_transparency_data:
            clear = image.convert("RGBA")
            ground = Image.new("RGBA", clear.size, (0, 0, 0, 255))
            return Image.alpha_composite(ground, clear).convert("RGB")
        return image.convert("RGB")


def _brightest(image: Image.Image) -> float:
    # An "I" image has one band, whose extrema are a pair of numbers.
    _, brightest = image.getextrema()
    return float(brightest) if isinstance(brightest, int | float) else 0.0
