"""Draw a confusion matrix."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels
from coralchunk.imaging.overlay import Colour

_CELL_PX: Final = 120
_LEFT_PX: Final = 190
_TOP_PX: Final = 90
_INK: Final = (22, 36, 43)
_FULL: Final = np.array((0, 97, 127))  # RGB of a cell that holds all of its row


def draw_matrix(counts: NDArray[np.int64], names: Sequence[str]) -> Pixels:
    """Draw a row for each truth and a column for each answer, shaded by its share of the row.

    counts  (C, C)
    names   of the C classes

    Returns an (H, W, 3) uint8 RGB array.
    """
    side = len(names) * _CELL_PX
    picture = np.full((_TOP_PX + side + 20, _LEFT_PX + side + 20, 3), 255, dtype=np.uint8)
    _write(picture, "truth (rows), answer (columns)", 10, 30)
    for row, name in enumerate(names):
        _write(picture, name, 10, _TOP_PX + row * _CELL_PX + _CELL_PX // 2)
        _write(picture, name, _LEFT_PX + row * _CELL_PX + 8, _TOP_PX - 15)
        total = max(1, int(counts[row].sum()))
        for column in range(len(names)):
            share = counts[row, column] / total
            top, left = _TOP_PX + row * _CELL_PX, _LEFT_PX + column * _CELL_PX
            cell = picture[top : top + _CELL_PX - 2, left : left + _CELL_PX - 2]
            cell[:] = np.rint(255 + share * (_FULL - 255))
            colour = (255, 255, 255) if share > 0.5 else _INK
            _write(picture, str(counts[row, column]), left + 12, top + 55, colour)
            _write(picture, f"{share:.0%}", left + 12, top + 85, colour)
    return picture


def _write(picture: Pixels, text: str, x: int, y: int, colour: Colour = _INK) -> None:
    cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, 1, cv2.LINE_AA)
