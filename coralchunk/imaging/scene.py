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
_STEPS: Final = 21  # brightness quantiles at 0, 5, ..., 100 %
SCENE_NUMBERS: Final = 3 + 3 + _STEPS + 1


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
    small = smaller(photo)
    # Combining three channels takes a quarter of the time of reducing an axis of three numbers. Means and
    # deviations are summed along the pixels, as for the training of the models: other sums differ by 2e-4.
    rows = small.reshape(-1, 3) / np.float32(255)
    red, green, blue = (channel.ravel() / np.float32(255) for channel in cv2.split(small))
    brightest = np.maximum(np.maximum(red, green), blue)
    darkest = np.minimum(np.minimum(red, green), blue)
    saturation = (brightest - darkest) / np.maximum(brightest, np.float32(1 / 255))
    quantiles = np.quantile((red + green + blue) / np.float32(3), np.linspace(0, 1, _STEPS))
    return np.concatenate(
        [rows.mean(axis=0), rows.std(axis=0), quantiles, [saturation.mean()]], dtype=np.float32
    )
