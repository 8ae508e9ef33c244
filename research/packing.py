"""Cut all patches once, for learning and as the served model gets them."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.imaging.scene import SCENE_NUMBERS, scene, smaller
from coralchunk.inference.classifier import scaled
from coralchunk.inference.manifest import Preprocessing
from research.packed import Packed
from research.pixels import by_photo, read_photo, window
from research.sources import Patch

SERVED: Final = Preprocessing(input_px=122, resize="linear", scene=True)
LEARNED_PX: Final = 160  # side of the windows that are learned from; parts of them are cut to input_px
_PHOTO_PX: Final = 64  # side of the squares that photos are scaled to, for their colours alone


def pack(patches: Sequence[Patch]) -> Packed:
    """Read every photo once and cut its patches."""
    count, photos, scenes = len(patches), [], []
    windows = np.empty((count, LEARNED_PX, LEARNED_PX, 3), dtype=np.uint8)
    served = np.empty((count, SERVED.input_px, SERVED.input_px, 3), dtype=np.uint8)
    single = np.empty((count, SCENE_NUMBERS), dtype=np.float32)
    numbers, places = np.empty(count, dtype=np.int64), np.empty((count, 4), dtype=np.float32)
    for path, rows in by_photo(patches):
        photo = read_photo(path)
        for row in rows:
            patch = patches[row]
            if row == rows[0] or patch.context is not None:
                around = photo if patch.context is None else read_photo(patch.context.photo)
                photos.append(_square(smaller(around), _PHOTO_PX))
                scenes.append(scene(around))
            seen = window(photo, patch)
            windows[row], served[row] = _square(seen, LEARNED_PX), scaled([seen], SERVED)[0]
            single[row], numbers[row] = scene(seen), len(photos) - 1
            places[row] = _place(patch, around)
    return Packed(windows, served, single, numbers, places, np.stack(photos), np.stack(scenes))


def _place(patch: Patch, around: Pixels) -> tuple[float, float, float, float]:
    height, width = around.shape[:2]
    left, top, side = (patch.left, patch.top, patch.side_px) if patch.context is None else patch.context.place
    return left / width, top / height, side / width, side / height


def _square(pixels: Pixels, side_px: int) -> Pixels:
    return np.asarray(cv2.resize(pixels, (side_px, side_px), interpolation=cv2.INTER_AREA), dtype=np.uint8)
