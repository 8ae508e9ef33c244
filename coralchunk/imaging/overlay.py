"""Draw the predictions of its chunks over a photo.

Everyone must be able to tell the states apart, so each has its own colour and pattern: on a grey print,
bleached is a thick bright frame, healthy a thin frame, unsure a hatch without a frame, and not coral only the
grid line. A chunk without data is unchanged.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels
from coralchunk.terms import Chunk, Prediction, Size, State

Colour = tuple[int, int, int]  # RGB

# Okabe & Ito, "Color Universal Design" (2008): these stay apart under the common colour-vision
# deficiencies, where the obvious red and green would not.
COLOURS: Final[dict[State, Colour]] = {
    State.BLEACHED: (213, 94, 0),
    State.HEALTHY: (0, 158, 115),
    State.UNSURE: (240, 228, 66),
}
_GRID_LINE: Final[Colour] = (40, 40, 40)
_WHITE: Final[Colour] = (255, 255, 255)
_NEAR: Final = 0.9  # of the largest picture allowed: so near to it, a whole fraction is better
#: Drawn as they are, so that few pixels of them mean something.
EXACT_COLOURS: Final = (*COLOURS.values(), _GRID_LINE, _WHITE)
_OPACITY: Final = 0.3  # of the colour over the photo: corals stay recognisable under it


def bounded(photo: Size, max_side: int) -> Size:
    """Return the size of the result picture: the photo's, or smaller so that no side exceeds `max_side`.

    A whole fraction of the photo where its longer side is at least 0.9 of `max_side`: that is a plain mean of
    pixels, sharper than a scaled picture and made in a third of the time.

    max_side  px; 0 for no bound
    """
    longer = max(photo.width, photo.height)
    if not max_side or longer <= max_side:
        return photo
    factor = -(-longer // max_side)
    if longer >= _NEAR * max_side * factor:
        return Size(-(-photo.width // factor), -(-photo.height // factor))
    return Size(
        max(1, round(photo.width * max_side / longer)), max(1, round(photo.height * max_side / longer))
    )


def overlay(picture: Pixels, predictions: Iterable[Prediction], photo: Size) -> Pixels:
    """Draw the predictions over a photo, or over a smaller copy of it.

    picture   (H, W, 3) uint8, RGB, upright; drawn on
    predictions  about chunks of the photo
    photo     size of the photo that the chunks belong to

    Returns `picture`.
    """
    scale_x, scale_y = picture.shape[1] / photo.width, picture.shape[0] / photo.height
    for prediction in predictions:
        cell = picture[_scaled(prediction.chunk, scale_x, scale_y)]
        if cell.size:
            _DRAW[prediction.state](cell)
    return picture


def _scaled(chunk: Chunk, scale_x: float, scale_y: float) -> tuple[slice, slice]:
    return (
        slice(round(chunk.y * scale_y), round((chunk.y + chunk.height) * scale_y)),
        slice(round(chunk.x * scale_x), round((chunk.x + chunk.width) * scale_x)),
    )


def _bleached(cell: Pixels) -> None:
    _wash(cell, COLOURS[State.BLEACHED])
    thick = max(2, min(cell.shape[:2]) // 24)
    _frame(cell, _WHITE, 0, thick)
    _frame(cell, COLOURS[State.BLEACHED], thick // 2, thick)


def _healthy(cell: Pixels) -> None:
    _wash(cell, COLOURS[State.HEALTHY])
    _frame(cell, COLOURS[State.HEALTHY], 0, max(1, min(cell.shape[:2]) // 60))


def _unsure(cell: Pixels) -> None:
    where, hatch = _hatch(cell.shape[0], cell.shape[1])
    cv2.copyTo(hatch, where, cell)
    _frame(cell, _GRID_LINE, 0, 1)


@lru_cache(maxsize=64)  # a picture has cells of nine sizes at most
def _hatch(height: int, width: int) -> tuple[NDArray[np.uint8], Pixels]:
    """Return where diagonal lines lie in a cell (255, elsewhere 0), and their colours."""
    step = max(6, max(height, width) // 7)
    line = max(1, step // 12)
    diagonal = np.add.outer(np.arange(height), np.arange(width)) % step
    hatch = np.empty((height, width, 3), dtype=np.uint8)
    # A yellow line on pale coral is invisible on a grey print, so it gets a dark edge.
    hatch[:] = _GRID_LINE
    hatch[diagonal < line] = COLOURS[State.UNSURE]
    return np.where(diagonal < 2 * line, np.uint8(255), np.uint8(0)), hatch


def _not_coral(cell: Pixels) -> None:
    _frame(cell, _GRID_LINE, 0, 1)


def _no_data(_cell: Pixels) -> None:
    """Leave a cell unmarked: most of it is empty, so it was not classified."""


_DRAW: Final[dict[State, Callable[[Pixels], None]]] = {
    State.BLEACHED: _bleached,
    State.HEALTHY: _healthy,
    State.UNSURE: _unsure,
    State.NOT_CORAL: _not_coral,
    State.NO_DATA: _no_data,
}


def _wash(cell: Pixels, colour: Colour) -> None:
    solid = _solid(cell.shape[0], cell.shape[1], colour)
    cv2.addWeighted(cell, 1 - _OPACITY, solid, _OPACITY, 0, dst=cell)


@lru_cache(maxsize=32)  # nine sizes at most, in two colours
def _solid(height: int, width: int, colour: Colour) -> Pixels:
    solid = np.empty((height, width, 3), dtype=np.uint8)
    solid[:] = colour
    return solid


def _frame(cell: Pixels, colour: Colour, inset: int, thick: int) -> None:
    # Lines of one pixel: OpenCV centres thicker ones on the edge.
    height, width = cell.shape[:2]
    for line in range(inset, min(inset + thick, (min(height, width) + 1) // 2)):
        cv2.rectangle(cell, (line, line), (width - 1 - line, height - 1 - line), colour)
