"""Extract the full-size windows that the network sees of chunks."""

from collections.abc import Sequence

import numpy as np

from coralchunk.arrays import Pixels, Windows
from coralchunk.terms import CHUNK_PX, Chunk


def windows(photo: Pixels, chunks: Sequence[Chunk]) -> Windows:
    """Cut the window of each chunk.

    A chunk at the edge is seen through a full window shifted back inside the photo, so a sliver is never
    stretched. A photo smaller than a window is continued by reflection on its right and bottom.

    photo   (H, W, 3) uint8, RGB, upright; left as it was
    chunks  N chunks of this photo

    Returns a new (N, 244, 244, 3) uint8 array, in the order of `chunks`.
    """
    photo = _at_least_one_window(photo)
    height, width = photo.shape[:2]
    cut = np.empty((len(chunks), CHUNK_PX, CHUNK_PX, 3), dtype=np.uint8)
    for row, chunk in enumerate(chunks):
        x, y = min(chunk.x, width - CHUNK_PX), min(chunk.y, height - CHUNK_PX)
        cut[row] = photo[y : y + CHUNK_PX, x : x + CHUNK_PX]
    return cut


def _at_least_one_window(photo: Pixels) -> Pixels:
    missing = [(0, max(0, CHUNK_PX - side)) for side in photo.shape[:2]]
    if not any(after for _, after in missing):
        return photo
    return np.pad(photo, [*missing, (0, 0)], mode="reflect")
