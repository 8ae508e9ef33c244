"""Classify the whole chunks of photos, and show one with what lies around it."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from coralchunk.arrays import Probabilities
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.encode import webp
from coralchunk.imaging.photo import Photo
from coralchunk.labelling.session import Tile
from coralchunk.terms import CHUNK_PX, LABELS, Chunk, State

_PHOTOS: Final = 4  # decoded at once; one of 100 megapixels takes 300 MB
_FRAME_PX: Final = 3
_YELLOW: Final = (255, 230, 0)

Classify = Callable[[Photo, Sequence[Chunk]], Probabilities]


class Photos:
    """The photos of a folder, decoded when they are needed."""

    def __init__(self, folder: Path, max_pixels: int) -> None:
        self._folder: Final = folder
        self._max_pixels: Final = max_pixels
        self.get: Final = lru_cache(_PHOTOS)(self._open)

    def _open(self, name: str) -> Photo:
        with (self._folder / name).open("rb") as stream:
            return open_photo(stream, self._max_pixels)

    def around(self, tile: Tile) -> bytes:
        """Return a WebP of a tile in a yellow frame, with up to a chunk on each side."""
        photo, chunk = self.get(tile.photo), tile.chunk
        left, top = max(0, chunk.x - CHUNK_PX), max(0, chunk.y - CHUNK_PX)
        right, bottom = (
            min(end, start + 2 * CHUNK_PX)
            for end, start in ((photo.size.width, chunk.x), (photo.size.height, chunk.y))
        )
        shown = np.array(photo.cut(Chunk(left, top, right - left, bottom - top)))
        x, y = chunk.x - left, chunk.y - top
        inside = (slice(y, y + CHUNK_PX), slice(x, x + CHUNK_PX))
        window = shown[inside].copy()
        shown[inside] = _YELLOW
        shown[y + _FRAME_PX : y + CHUNK_PX - _FRAME_PX, x + _FRAME_PX : x + CHUNK_PX - _FRAME_PX] = window[
            _FRAME_PX:-_FRAME_PX, _FRAME_PX:-_FRAME_PX
        ]
        return webp(shown)


def tiles_of(name: str, photo: Photo, classify: Classify, labels: Sequence[State]) -> list[Tile]:
    """Classify the whole chunks of a photo; those without data are called not coral with certainty.

    labels  the columns of the probabilities
    """
    chunks = [
        Chunk(column * CHUNK_PX, row * CHUNK_PX, CHUNK_PX, CHUNK_PX)
        for row in range(photo.size.height // CHUNK_PX)
        for column in range(photo.size.width // CHUNK_PX)
    ]
    if not chunks:
        return []
    found = classify(photo, chunks)
    said = np.where(np.isnan(found), np.array([0.0, 0.0, 1.0]), found)
    return [
        Tile(name, number, chunk, LABELS[labels[int(row.argmax())]], float(row.max()))
        for number, (chunk, row) in enumerate(zip(chunks, said, strict=True))
    ]
