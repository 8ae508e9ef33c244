"""Extract the windows and scenes that the served model would get for patches."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels, Windows
from coralchunk.imaging.decoding.decode import decode
from coralchunk.imaging.scene import SCENE_NUMBERS, scene
from coralchunk.imaging.windows import windows
from coralchunk.terms import CHUNK_PX, Chunk
from research import blank, foreign
from research.sources import Patch

_MAX_PIXELS: Final = 200_000_000


def read_photo(path: Path) -> Pixels:
    """Decode a photo as the server does, or draw one that was made up."""
    for drawn, is_one in ((blank, blank.is_drawn), (foreign, foreign.is_foreign)):
        if is_one(path):
            return drawn.draw(path)
    with path.open("rb") as stream:
        return decode(stream, _MAX_PIXELS)


def by_photo(patches: Sequence[Patch]) -> Iterator[tuple[Path, list[int]]]:
    """Go through the photos of `patches`, each with the places of its patches."""
    order = sorted(range(len(patches)), key=lambda place: (str(patches[place].photo), place))
    for photo, places in groupby(order, key=lambda place: patches[place].photo):
        yield photo, list(places)


def cut(patches: Sequence[Patch]) -> tuple[Windows, NDArray[np.float32]]:
    """Cut the window of each patch.

    Returns (N, 244, 244, 3) uint8 and (N, 28) float32, the scenes of the photos they lie in.
    """
    seen = np.empty((len(patches), CHUNK_PX, CHUNK_PX, 3), dtype=np.uint8)
    scenes = np.empty((len(patches), SCENE_NUMBERS), dtype=np.float32)
    for path, places in by_photo(patches):
        photo = read_photo(path)
        scenes[places] = scene(photo)
        for place in places:
            seen[place] = window(photo, patches[place])
    return seen, scenes


def window(photo: Pixels, patch: Patch) -> Pixels:
    """Cut one patch and scale it to a window; a patch of a chunk's size is cut as the server cuts it."""
    if patch.side_px == CHUNK_PX:
        chunk = Chunk(patch.left, patch.top, CHUNK_PX, CHUNK_PX)
        return windows(photo, [chunk])[0]
    square = photo[patch.top : patch.top + patch.side_px, patch.left : patch.left + patch.side_px]
    shrinks = patch.side_px > CHUNK_PX
    return cv2.resize(
        square, (CHUNK_PX, CHUNK_PX), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )
