"""Draw pictures of textures that a classifier can learn to distinguish in seconds."""

from collections.abc import Callable

import numpy as np

from coralchunk.arrays import Pixels

_Draw = Callable[[np.random.Generator, np.ndarray, np.ndarray], np.ndarray]


def _stripes(random: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    angle, period = random.uniform(0, np.pi), random.uniform(10, 22)
    return np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period) > 0


def _checks(random: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    side = random.uniform(10, 22)
    return (np.floor(x / side) + np.floor(y / side)) % 2


def _dots(random: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    step = random.uniform(16, 30)
    return ((x % step - step / 2) ** 2 + (y % step - step / 2) ** 2) < (step / 4) ** 2


def _clouds(random: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    waves = random.uniform(0.01, 0.05, (6, 2)), random.uniform(0, 6, 6)
    height = sum(np.sin(x * a + y * b + c) for (a, b), c in zip(*waves, strict=True))
    return (height + 6) / 12


TEXTURES: dict[str, _Draw] = {"stripes": _stripes, "checks": _checks, "dots": _dots, "clouds": _clouds}


def texture(name: str, seed: int, width: int = 200, height: int = 160) -> Pixels:
    """Draw a texture in two colours with noise, each time another one."""
    random = np.random.default_rng([seed, *name.encode()])
    y, x = np.mgrid[0:height, 0:width].astype(float)
    shape = np.asarray(TEXTURES[name](random, x + random.uniform(0, 99), y + random.uniform(0, 99)), float)
    dark, light = random.uniform(0, 110, 3), random.uniform(140, 255, 3)
    drawn = dark + shape[:, :, np.newaxis] * (light - dark) + random.normal(0, 8, (height, width, 3))
    return np.clip(drawn, 0, 255).astype(np.uint8)
