"""Draw photos that show nothing: water, darkness, glare.

No collection has photos of only water, a lens cap or glare. Stretched to full contrast, a camera's noise
looks like a surface, so the model needs examples to learn that it is not coral.
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.terms import CHUNK_PX
from research.sources import Patch
from research.table import DRAWN

LEARNED: Final = range(40)  # numbers of the photos to learn from
HELD_OUT: Final = range(40, 290)  # and of those to be classified by
_FOLDER: Final = Path(DRAWN)  # such a photo has no file: its name is its number
_WIDTH: Final = 3 * CHUNK_PX
_HEIGHT: Final = 2 * CHUNK_PX
_ALONE: Final = 0.5  # share of the photos that are one chunk and nothing else
#: Red, green and blue of deep water, shallow water, green water, darkness, glare.
_COLOURS: Final = ((10, 60, 120), (60, 150, 190), (50, 110, 90), (4, 6, 8), (245, 248, 250))


def blanks(numbers: range) -> list[Patch]:
    """List one chunk of each of these made-up photos."""
    return [
        Patch(_FOLDER / str(number), DRAWN, f"{DRAWN}-{number}", 0, 0, CHUNK_PX, "not_coral")
        for number in numbers
    ]


def is_drawn(photo: Path) -> bool:
    """Tell whether a photo is one of these."""
    return photo.parent == _FOLDER


def draw(photo: Path) -> Pixels:
    """Draw one: a colour, and perhaps light falling off, haze, a camera's noise and JPEG's traces."""
    random = np.random.default_rng(int(photo.name))
    height, width = (CHUNK_PX, CHUNK_PX) if random.uniform() < _ALONE else (_HEIGHT, _WIDTH)
    colour = np.array(_COLOURS[random.integers(len(_COLOURS))]) * random.uniform(0.7, 1.3, 3)
    shape = (height, width)
    light = 1 + _sometimes(random, 0.7) * _slope(shape, random)
    light = light + _sometimes(random, 0.2) * _clouds(shape, random)
    noise = _sometimes(random, 6) * random.normal(size=shape)[..., np.newaxis]
    noise = noise + _sometimes(random, 4) * random.normal(size=(*shape, 3))
    drawn = np.clip(colour * light[..., np.newaxis] + noise, 0, 255).astype(np.uint8)
    if random.uniform() < 0.7:
        quality = int(random.integers(50, 96))
        stored = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        drawn = cv2.imdecode(stored, cv2.IMREAD_COLOR)  # noqa: TID251 - our own bytes, no upload
    return drawn


def _sometimes(random: np.random.Generator, most: float) -> float:
    return float(random.uniform(0, most)) if random.uniform() < 0.6 else 0.0


def _slope(shape: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """Light from one side, -1 to 1."""
    angle = random.uniform(0, 2 * np.pi)
    down, across = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    return np.asarray((down * np.sin(angle) + across * np.cos(angle)) / np.sqrt(2))


def _clouds(shape: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """Haze, out of focus."""
    coarse = random.normal(size=(random.integers(2, 9), random.integers(2, 9))).astype(np.float32)
    return cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
