"""Vary a window and its photo as another sea, camera and framing would.

What changes the light (cast, haze, exposure) changes window and photo alike, as water does. What belongs to
the lens and the file (blur, JPEG, coarse pixels) changes the window alone.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.terms import CHUNK_PX, Pixels

_SMALL_PX: Final = 256


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled window with what surrounds it."""

    window: Pixels  # (244, 244, 3)
    photo: Pixels  # the whole photo, at most 256 px a side
    place: tuple[float, float, float]  # left, top and side of the window in `photo`, in its pixels


def augment(sample: Sample, random: np.random.Generator) -> tuple[Pixels, Pixels]:
    """Draw one variant.

    Returns the window and the photo (or the part of it that was framed), from which the scene is measured.
    """
    photo = reframed(sample, random)
    table = light(random)
    mix = _desaturation(random)
    window = _apply(sample.window, table, mix)
    photo = _apply(photo, table, mix)
    window = _lens(_turned(window, random), random)
    return window, photo


def reframed(sample: Sample, random: np.random.Generator) -> Pixels:
    """Crop the photo round its window: as taken (half of the draws), closer, or nothing but the window."""
    draw = random.uniform()
    if draw < 0.5:
        return sample.photo
    if draw < 0.6:
        return cv2.resize(sample.window, (_SMALL_PX, _SMALL_PX), interpolation=cv2.INTER_AREA)
    left, top, side = sample.place
    height, width = sample.photo.shape[:2]
    grown = side * np.exp(random.uniform(np.log(1.5), np.log(8)))
    across, down = min(width, grown * random.uniform(0.8, 1.25)), min(height, grown)
    x = np.clip(left + side / 2 - across * random.uniform(0.2, 0.8), 0, width - across)
    y = np.clip(top + side / 2 - down * random.uniform(0.2, 0.8), 0, height - down)
    return sample.photo[int(y) : int(np.ceil(y + down)), int(x) : int(np.ceil(x + across))]


def light(random: np.random.Generator) -> NDArray[np.uint8]:
    """Draw water and exposure as a (256, 3) table: channel gains, gamma, veil of haze."""
    tone = np.linspace(0, 1, 256)[:, np.newaxis].repeat(3, axis=1)
    tone = tone ** np.exp(random.normal(0, 0.2))
    tone = tone * np.exp(random.normal(0, 0.2, 3)) * np.exp(random.normal(0, 0.15))
    veil = random.uniform(0, 0.35) if random.uniform() < 0.3 else 0.0
    water = random.uniform((0.0, 0.3, 0.2), (0.4, 0.8, 0.8))
    tone = tone * (1 - veil) + veil * water
    return np.clip(tone * 255, 0, 255).astype(np.uint8)


def _desaturation(random: np.random.Generator) -> float:
    return float(random.uniform(-0.25, 0.5)) if random.uniform() < 0.5 else 0.0


def _apply(pixels: Pixels, table: NDArray[np.uint8], mix: float) -> Pixels:
    changed = cv2.LUT(pixels, table[np.newaxis])
    if mix == 0:
        return changed
    grey = changed.mean(axis=2, keepdims=True)
    return np.clip(changed * (1 - mix) + grey * mix, 0, 255).astype(np.uint8)


def _turned(window: Pixels, random: np.random.Generator) -> Pixels:
    window = np.rot90(window, random.integers(4))
    return np.ascontiguousarray(window[:, ::-1] if random.uniform() < 0.5 else window)


def _lens(window: Pixels, random: np.random.Generator) -> Pixels:
    if random.uniform() < 0.3:
        coarse = int(CHUNK_PX * random.uniform(0.3, 0.8))
        small = cv2.resize(window, (coarse, coarse), interpolation=cv2.INTER_AREA)
        window = cv2.resize(small, (CHUNK_PX, CHUNK_PX), interpolation=cv2.INTER_CUBIC)
    if random.uniform() < 0.3:
        window = cv2.GaussianBlur(window, (0, 0), random.uniform(0.5, 2.0))
    if random.uniform() < 0.3:
        bytes_ = cv2.imencode(".jpg", window, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(30, 90))])[1]
        window = cv2.imdecode(bytes_, cv2.IMREAD_COLOR)  # noqa: TID251 - our own bytes, no upload
    return window
