"""Generate reef photos: sand with brown (living) and pale (bleached) corals."""

from functools import lru_cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from PIL import Image

from coralchunk.arrays import Pixels

SAND = (196, 178, 140)
BROWN = (104, 74, 46)
PALE = (236, 232, 218)
WATER = (10, 60, 120)


def reef(width: int, height: int, seed: int = 1) -> Pixels:
    """Draw a reef as (height, width, 3) uint8; the same seed gives the same reef."""
    return _reef(width, height, seed).copy()


@lru_cache(maxsize=16)
def _reef(width: int, height: int, seed: int) -> Pixels:
    random = np.random.default_rng(seed)
    photo = np.empty((height, width, 3), dtype=np.uint8)
    photo[:] = SAND
    for _ in range(max(3, width * height // 120_000)):
        centre = (int(random.integers(0, width)), int(random.integers(0, height)))
        axes = (int(random.integers(20, 260)), int(random.integers(20, 200)))
        colour = (BROWN, PALE)[int(random.integers(0, 2))]
        cv2.ellipse(photo, centre, axes, float(random.integers(0, 180)), 0, 360, colour, -1)
    grain = random.integers(-24, 25, (height // 4 + 1, width // 4 + 1, 1)).astype(np.int16)
    grain = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)[..., np.newaxis]
    return np.clip(photo + grain, 0, 255).astype(np.uint8)


def beside_water(width: int, height: int, water_px: int, seed: int) -> Pixels:
    """Draw a reef whose rightmost `water_px` columns are open water."""
    photo, random = reef(width, height, seed), np.random.default_rng(seed)
    light = np.linspace(0.8, 1.2, height)[:, np.newaxis, np.newaxis]
    drawn = np.array(WATER) * light + random.normal(size=(height, water_px, 3)) * 3
    photo[:, width - water_px :] = np.clip(drawn, 0, 255)
    return photo


def encoded(photo: Pixels, format_name: str = "JPEG", **options: Any) -> bytes:
    """Encode a photo as Pillow's `format_name`."""
    out = BytesIO()
    Image.fromarray(photo).save(out, format_name, **options)
    return out.getvalue()


@lru_cache(maxsize=128)
def jpeg(width: int, height: int, seed: int = 1) -> bytes:
    """Return a reef as a JPEG; drawn once for all tests of a process."""
    return encoded(reef(width, height, seed), "JPEG", quality=85)
