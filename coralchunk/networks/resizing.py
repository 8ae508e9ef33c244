"""Resize a picture to the input of a network, and record the origin of its pixels."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.networks.preprocessing import ImagePreprocessing, ResizeType
from coralchunk.terms import Chunk, Size

_WHITE: Final = 255


@dataclass(frozen=True, slots=True)
class Frame:
    """The place of the network's input in the photo, in shares of the photo; it may extend beyond it."""

    left: float
    top: float
    width: float
    height: float


WHOLE: Final = Frame(0.0, 0.0, 1.0, 1.0)


def resized(pixels: Pixels, how: ImagePreprocessing) -> Pixels:
    """Return a picture in the size that the network takes.

    pixels  (H, W, 3) uint8

    Returns (height, width, 3) uint8.
    """
    target, source = how.size, Size(pixels.shape[1], pixels.shape[0])
    inner = scaled_size(source, how)
    scaled = _scaled(pixels, inner)
    if how.resize_type is ResizeType.CROP:
        x, y = (inner.width - target.width) // 2, (inner.height - target.height) // 2
        return scaled[y : y + target.height, x : x + target.width]
    if how.resize_type is ResizeType.FILL:
        filled = np.full((target.height, target.width, 3), _WHITE, dtype=np.uint8)
        x, y = (target.width - inner.width) // 2, (target.height - inner.height) // 2
        filled[y : y + inner.height, x : x + inner.width] = scaled
        return filled
    return scaled


def scaled_size(source: Size, how: ImagePreprocessing) -> Size:
    """Return the size to which a picture is scaled before it is cropped or filled up."""
    target = how.size
    if how.resize_type is ResizeType.SQUASH:
        return target
    factors = target.width / source.width, target.height / source.height
    factor = max(factors) if how.resize_type is ResizeType.CROP else min(factors)
    width, height = max(1, round(source.width * factor)), max(1, round(source.height * factor))
    if how.resize_type is ResizeType.CROP:  # rounding must not leave a side too short
        return Size(max(width, target.width), max(height, target.height))
    return Size(min(width, target.width), min(height, target.height))


def frame_of(photo: Size, region: Chunk, how: ImagePreprocessing) -> Frame:
    """Return the place of the network's input in the photo.

    region  the part of the photo that was resized
    """
    target, inner = how.size, scaled_size(Size(region.width, region.height), how)
    left, top, width, height = 0.0, 0.0, float(inner.width), float(inner.height)
    if how.resize_type in {ResizeType.CROP, ResizeType.FILL}:
        # Of the scaled picture's pixels; negative where white was added.
        left, top = _offset(inner.width, target.width), _offset(inner.height, target.height)
        width, height = float(target.width), float(target.height)
    across, down = region.width / inner.width, region.height / inner.height
    return Frame(
        (region.x + left * across) / photo.width,
        (region.y + top * down) / photo.height,
        width * across / photo.width,
        height * down / photo.height,
    )


def _offset(inner: int, target: int) -> float:
    return float((inner - target) // 2 if inner >= target else -((target - inner) // 2))


def _scaled(pixels: Pixels, size: Size) -> Pixels:
    height, width = pixels.shape[:2]
    if (width, height) == (size.width, size.height):
        return pixels
    how = cv2.INTER_AREA if size.width <= width and size.height <= height else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (size.width, size.height), interpolation=how), dtype=np.uint8)
