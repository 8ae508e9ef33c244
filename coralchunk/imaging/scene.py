"""Describe the light and the colours of a photo in a few numbers, so that chunks can be compared with it.

Bleaching is relative to the scene: a pale coral at ten metres in green water is darker than one in the sun.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels

Scene = NDArray[np.float32]  # (SCENE_NUMBERS,)

SMALL_PX: Final = 256  # longer side of the copy that the statistics are taken from
STEPS: Final = 21  # brightness quantiles at 0, 5, ..., 100 %
SCENE_NUMBERS: Final = 3 + 3 + STEPS + 1


def smaller(photo: Pixels) -> Pixels:
    """Return a copy of at most 256 px a side, by averaging areas, from which the statistics are computed.

    photo   (H, W, 3) uint8, RGB, upright; left as it was
    """
    height, width = photo.shape[:2]
    shrink = min(1.0, SMALL_PX / max(height, width))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def scene(photo: Pixels) -> Scene:
    """Measure a photo as a whole.

    photo   (H, W, 3) uint8, RGB, upright; left as it was

    Returns 28 float32 on the scale 0 to 1: mean of red, green, blue; their standard deviations; the
    brightness (mean of the channels) at its 0, 5, ..., 100 % quantiles; the mean saturation
    ((max - min) / max of the channels, 0 for black).
    """
    # One channel at a time takes a fraction of the time of arrays with an axis of three numbers.
    channels = [channel.ravel() / np.float32(255) for channel in cv2.split(smaller(photo))]
    red, green, blue = channels
    means = [_mean(channel) for channel in channels]
    deviations = [
        np.sqrt(_mean(np.square(channel - mean))) for channel, mean in zip(channels, means, strict=True)
    ]
    brightest = np.maximum(np.maximum(red, green), blue)
    darkest = np.minimum(np.minimum(red, green), blue)
    saturation = (brightest - darkest) / np.maximum(brightest, np.float32(1 / 255))
    quantiles = _quantiles((red + green + blue) / np.float32(3))
    return np.concatenate([means, deviations, quantiles, [saturation.mean()]], dtype=np.float32)


def _mean(values: NDArray[np.float32]) -> np.float32:
    """Add float32 numbers one after the other, as when the models were trained: other sums differ by 2e-4."""
    return np.float32(np.cumsum(values)[-1] / np.float32(values.size))


def _quantiles(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what np.quantile returns; sorting once takes a fifth of its time."""
    ordered = np.sort(values)
    places = np.linspace(0, 1, STEPS) * (values.size - 1)
    below = places.astype(np.intp)
    low, high = ordered[below], ordered[np.minimum(below + 1, values.size - 1)]
    share = places - below
    return np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1 - share))
