"""Scale whole pictures to the square that a network takes."""

from typing import Final

import cv2
import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.imaging.photo import Photo

_SPARE: Final = 2  # a picture is first halved while this many times the square is left


def whole(photo: Photo, side_px: int) -> Pixels:
    """Return a whole photo as (H, W, 3) uint8, RGB, upright, no side under twice `side_px` if it had that."""
    shorter = min(photo.size.width, photo.size.height)
    factor = 1
    while shorter // (2 * factor) >= _SPARE * side_px:
        factor *= 2
    return photo.reduced(factor)


def fitted(picture: Pixels, side_px: int) -> Pixels:
    """Scale a picture to a square by averaging areas; its sides are scaled each by its own factor.

    picture  (H, W, 3) uint8, RGB; left as it was

    Returns (side_px, side_px, 3) uint8.
    """
    return np.asarray(cv2.resize(picture, (side_px, side_px), interpolation=cv2.INTER_AREA), dtype=np.uint8)
