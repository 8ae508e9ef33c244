"""Fill the empty parts of pictures, so that they do not influence what the model says about the rest.

A network would classify a black margin, and a scene that includes it would be dark.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels

Empty = NDArray[np.uint8]  # (H, W), 255 where nothing was seen, else 0

_HALF: Final = 127


def fill_window(window: Pixels, empty: Empty) -> Pixels:
    """Return a window in which each empty pixel has the colour of the nearest one that was seen.

    window  (H, W, 3) uint8, RGB; left as it was
    """
    is_empty = empty > _HALF
    if not is_empty.any() or is_empty.all():
        return window
    distance_to_seen = is_empty.astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        distance_to_seen, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), dtype=np.uint8)
    colours[nearest[~is_empty]] = window[~is_empty]
    filled = window.copy()
    filled[is_empty] = colours[nearest[is_empty]]
    return filled


def fill_small(small: Pixels, empty_share: NDArray[np.uint8]) -> Pixels:
    """Return a small copy of a photo in which only pixels with data count.

    The black that was averaged into pixels at the border is removed; mostly empty pixels repeat the others
    evenly, which keeps means, deviations and quantiles.

    small        (H, W, 3) uint8, RGB, black where the photo is empty; left as it was
    empty_share  (H, W), 0 where a pixel has only data to 255 where it has none
    """
    is_empty = empty_share > _HALF
    if is_empty.all():
        return small
    seen_share = 1 - np.minimum(empty_share, _HALF)[..., np.newaxis] / np.float32(255)
    filled = np.rint(np.clip(small / seen_share, 0, 255)).astype(np.uint8)
    seen = filled[~is_empty]
    missing = int(is_empty.sum())
    filled[is_empty] = seen[np.linspace(0, len(seen) - 1, missing).round().astype(np.intp)]
    return filled
