"""Describe the printed colour card: where its markers and patches are, and which colours they have.

Lengths are millimetres from the top left corner of an A5 sheet in landscape format.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
from cv2 import aruco
from numpy.typing import NDArray

from coralchunk.arrays import Pixels

CARD_MM: Final = (210.0, 148.0)  # width, height: A5
MARKER_MM: Final = 34.0
MARKER_IDS: Final = (11, 24, 37, 48)  # top left, top right, bottom right, bottom left
SCALE_MM: Final = (55.0, 155.0)  # ends of the scale line, 10 cm, for people to check the print
SCALE_TOP_MM: Final = 88.0

_EDGE_MM: Final = 9.0  # markers need a white edge
_PATCH_MM: Final = 17.0
_GAP_MM: Final = 3.0
_DICTIONARY: Final = aruco.DICT_4X4_50
_CELLS: Final = 6  # 4 with the black border

Colour = tuple[int, int, int]  # sRGB

# From dark to pale in steps that look even, CIELAB L* 30 to 90; the paper itself is lighter than any.
_GREYS: Final[tuple[Colour, ...]] = tuple((level, level, level) for level in (71, 107, 145, 185, 226))
# Six saturated colours that printers reach.
_COLOURS: Final[tuple[Colour, ...]] = (
    (175, 54, 60),
    (70, 148, 73),
    (56, 61, 150),
    (231, 199, 31),
    (187, 86, 149),
    (8, 133, 161),
)


@dataclass(frozen=True, slots=True)
class Patch:
    """A square of one colour on the card."""

    left_mm: float
    top_mm: float
    side_mm: float
    colour: Colour

    @property
    def is_grey(self) -> bool:
        """Whether it is neutral."""
        return len(set(self.colour)) == 1


@cache
def patches() -> tuple[Patch, ...]:
    """Return the ring of patches: greys above, in reverse order below, colours at the sides.

    Each grey lies in two places, so that light which falls off over the card does not look like a cast.
    """
    width, height = CARD_MM
    count = len(_GREYS)
    step = _PATCH_MM + _GAP_MM
    first = (width - count * step + _GAP_MM) / 2
    top = _EDGE_MM + (MARKER_MM - _PATCH_MM) / 2
    bottom = height - top - _PATCH_MM
    rows = [
        Patch(first + number * step, y, _PATCH_MM, grey)
        for y, greys in ((top, _GREYS), (bottom, _GREYS[::-1]))
        for number, grey in enumerate(greys)
    ]
    upper = (height - 3 * step + _GAP_MM) / 2
    left = _EDGE_MM + (MARKER_MM - _PATCH_MM) / 2
    sides = [
        Patch(x, upper + number * step, _PATCH_MM, colour)
        for x, colours in ((left, _COLOURS[:3]), (width - left - _PATCH_MM, _COLOURS[3:]))
        for number, colour in enumerate(colours)
    ]
    return (*rows, *sides)


@cache
def marker_corners() -> dict[int, NDArray[np.float32]]:
    """Return the four corners of each marker, (4, 2) mm, clockwise from its top left."""
    width, height = CARD_MM
    right, low = width - _EDGE_MM - MARKER_MM, height - _EDGE_MM - MARKER_MM
    corners = ((_EDGE_MM, _EDGE_MM), (right, _EDGE_MM), (right, low), (_EDGE_MM, low))
    square = MARKER_MM * np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32)
    return {
        number: np.array(corner, dtype=np.float32) + square
        for number, corner in zip(MARKER_IDS, corners, strict=True)
    }


def dictionary() -> aruco.Dictionary:
    """Return the ArUco dictionary of the markers."""
    return aruco.getPredefinedDictionary(_DICTIONARY)


@cache
def black_cells() -> tuple[tuple[float, float, float], ...]:
    """Return the black cells of all markers: left, top and side in mm."""
    side = MARKER_MM / _CELLS
    return tuple(
        (float(corners[0, 0]) + column * side, float(corners[0, 1]) + row * side, side)
        for number, corners in marker_corners().items()
        for row, cells in enumerate(aruco.generateImageMarker(dictionary(), number, _CELLS))
        for column, cell in enumerate(cells)
        if cell == 0
    )


def draw(px_per_mm: float) -> Pixels:
    """Return the card as a picture, (H, W, 3) uint8, RGB, without its words."""
    width, height = (round(side * px_per_mm) for side in CARD_MM)
    picture = np.full((height, width, 3), 255, dtype=np.uint8)
    for left, top, side in black_cells():
        _fill(picture, px_per_mm, (left, top, side), (0, 0, 0))
    for patch in patches():
        _fill(picture, px_per_mm, (patch.left_mm, patch.top_mm, patch.side_mm), patch.colour)
    return picture


def _fill(picture: Pixels, px_per_mm: float, square: tuple[float, float, float], colour: Colour) -> None:
    left, top, side = square
    corner = (round(left * px_per_mm), round(top * px_per_mm))
    opposite = (round((left + side) * px_per_mm) - 1, round((top + side) * px_per_mm) - 1)
    cv2.rectangle(picture, corner, opposite, colour, cv2.FILLED)
