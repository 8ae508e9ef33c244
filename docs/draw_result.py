"""Draw docs/result.png: a generated reef, marked with the code that marks result pictures.

    python -m docs.draw_result

The states of the chunks come from what was drawn, not from the model.
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.imaging.encode import png
from coralchunk.imaging.grid import grid
from coralchunk.imaging.overlay import overlay
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.raster import ArrayRaster
from coralchunk.terms import Prediction, Size, State

_SIZE: Final = Size(2440, 1464)
_PICTURE: Final = Size(1220, 732)
_CORALS: Final = (  # centre x, y, radius in px, state
    (520, 560, 330, State.BLEACHED),
    (1240, 1040, 300, State.HEALTHY),
    (1930, 470, 360, State.HEALTHY),
    (2080, 1180, 210, State.BLEACHED),
    (330, 1240, 170, State.HEALTHY),
)
_COLOURS: Final = {State.BLEACHED: (240, 238, 232), State.HEALTHY: (110, 80, 40)}


def main() -> None:
    """Draw the reef, mark its chunks and write the picture."""
    scene, owner = draw_reef(np.random.default_rng(11))
    photo = Photo(ArrayRaster(scene), 1)
    predictions = [Prediction(chunk, _state(owner[chunk.area]), (0.0, 0.0, 0.0)) for chunk in grid(_SIZE)]
    Path(__file__).with_name("result.png").write_bytes(
        png(overlay(photo.shrunk(_PICTURE), predictions, _SIZE))
    )


def draw_reef(rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """Draw sea floor and corals. Returns pixels, and the number of the coral at each (-1: none)."""
    floor = np.array((96, 112, 92)) + 26 * _noise(rng, 60)[..., None]
    owner = np.full((_SIZE.height, _SIZE.width), -1, dtype=np.int8)
    y, x = np.mgrid[: _SIZE.height, : _SIZE.width]
    # Band-passed noise has the meandering ridges of a brain coral.
    ridges = np.tanh(4 * (_noise(rng, 9) - _noise(rng, 16)))
    wobble = 60 * _noise(rng, 90)
    for number, (centre_x, centre_y, radius, state) in enumerate(_CORALS):
        inside = np.hypot(x - centre_x, y - centre_y) + wobble < radius
        dome = np.clip(1.15 - 0.5 * np.hypot(x - centre_x + 60, y - centre_y + 80) / radius, 0.4, 1.1)
        colour = np.array(_COLOURS[state]) * dome[..., None] + 18 * ridges[..., None]
        floor[inside], owner[inside] = colour[inside], number
    water = np.array((0.72, 1.0, 0.98)) * (0.8 + 0.2 * np.linspace(1, 0, _SIZE.height)[:, None, None])
    return (floor * water + 4 * rng.standard_normal(floor.shape)).clip(0, 255).astype(np.uint8), owner


def _noise(rng: np.random.Generator, grain_px: float) -> NDArray[np.float64]:
    smooth = cv2.GaussianBlur(rng.standard_normal((_SIZE.height, _SIZE.width)), (0, 0), grain_px)
    return np.asarray(smooth / smooth.std(), dtype=np.float64)


def _state(owners: NDArray[np.int8]) -> State:
    coral = owners >= 0
    if coral.mean() < 0.25:
        return State.NOT_CORAL
    if coral.mean() < 0.5:
        return State.UNSURE
    return _CORALS[np.bincount(owners[coral]).argmax()][3]


if __name__ == "__main__":
    main()
