"""Find the padding of a mosaic that its file does not describe: exact black or white that begins in a corner.

Programs that join photos fill the rest of the rectangle, and a JPEG cannot say where. A camera's black is
rarely exact over so many pixels; where it is, or where the photo is overexposed, nothing was recorded either.
"""

from typing import Final

import cv2
import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.imaging.pixels.filling import Empty
from coralchunk.imaging.pixels.raster import Raster
from coralchunk.terms import CHUNK_PX

_LEAST_PX: Final = CHUNK_PX**2  # pixels of one padding; less changes no chunk
_WHOLE: Final = 0.99  # of the photo: then it is the content of the photo
_FLAT: Final = (0, 255)
_FRINGE_PX: Final = 16  # as far as a block of a JPEG with halved colours reaches
_FRINGE_LEVELS: Final = 24
_SCALING_LEVELS: Final = 8
_ROWS: Final = 512
_PADDING: Final = 255


def padding(raster: Raster) -> Empty | None:
    """Return where a photo is padded; None if it is nowhere."""
    width, height = raster.size.width, raster.size.height
    found: Empty | None = None
    for flat in _FLAT:
        corners = [
            (x, y) for x in (0, width - 1) for y in (0, height - 1) if _has_long_edge(raster, x, y, flat)
        ]
        if not corners:
            continue
        alike = _alike(raster, flat)
        for corner in corners:
            if alike[corner[1], corner[0]] == 1:
                _spread(alike, corner)
        where = np.where(alike == _PADDING, np.uint8(255), np.uint8(0))
        if where.any():
            where = _with_fringe(raster, flat, where)
        found = where if found is None else np.maximum(found, where)
    if found is None or not found.any() or found.mean() > _WHOLE * 255:
        return None
    return found


def may_be_padded(half: Raster) -> bool:
    """Tell whether a photo could be padded, from a copy of half its size.

    It may say so of a photo that is not: some levels of difference, which scaling may cause, do not count.
    """
    width, height = half.size.width, half.size.height
    across, down = min(CHUNK_PX // 2, width), min(CHUNK_PX // 2, height)
    for left, right in ((0, across), (width - across, width)):
        for top, bottom in ((0, down), (height - down, height)):
            x, y = 0 if left == 0 else width - 1, 0 if top == 0 else height - 1
            edges = (half.piece((left, y, right, y + 1)), half.piece((x, top, x + 1, bottom)))
            if any(edge.max() <= _SCALING_LEVELS or edge.min() >= 255 - _SCALING_LEVELS for edge in edges):
                return True
    return False


def _has_long_edge(raster: Raster, x: int, y: int, flat: int) -> bool:
    """Tell whether a corner is flat along one of its edges, for the side of a chunk."""
    width, height = raster.size.width, raster.size.height
    if not _is_flat(raster.piece((x, y, x + 1, y + 1)), flat):
        return False
    across, down = min(CHUNK_PX, width), min(CHUNK_PX, height)
    left, top = min(x, width - across), min(y, height - down)
    edges = ((left, y, left + across, y + 1), (x, top, x + 1, top + down))
    return any(_is_flat(raster.piece(edge), flat) for edge in edges)


def _is_flat(pixels: Pixels, flat: int) -> bool:
    return bool((pixels == flat).all())


def _with_fringe(raster: Raster, flat: int, where: Empty) -> Empty:
    """Add the pixels next to a padding that are nearly as dark or bright because of compression."""
    reach = np.ones((2 * _FRINGE_PX + 1,) * 2, dtype=np.uint8)
    near = np.asarray(cv2.dilate(where, reach), dtype=np.uint8)
    return np.where(near & _alike(raster, flat, _FRINGE_LEVELS), np.uint8(255), where)


def _alike(raster: Raster, flat: int, levels: int = 0) -> Empty:
    """Return 1 where all three channels are within some levels of a value, else 0."""
    low, high = max(0, flat - levels), min(255, flat + levels)
    width, height = raster.size.width, raster.size.height
    found = np.empty((height, width), dtype=np.uint8)
    for top in range(0, height, _ROWS):
        bottom = min(height, top + _ROWS)
        band = cv2.inRange(raster.piece((0, top, width, bottom)), (low,) * 3, (high,) * 3)
        np.minimum(np.asarray(band, dtype=np.uint8), 1, out=found[top:bottom])
    return found


def _spread(alike: Empty, corner: tuple[int, int]) -> None:
    """Mark the pixels that are alike and connected with a corner, if they are enough."""
    area, *_ = cv2.floodFill(alike, None, corner, _PADDING)
    if area < _LEAST_PX:
        cv2.floodFill(alike, None, corner, 2)
