"""Find the windows around points of a photo."""

from collections.abc import Iterable

from coralchunk.terms import CHUNK_PX, Chunk, Point, Size


def around(points: Iterable[Point], photo: Size) -> list[Chunk]:
    """Return the square around each point, as large as a window, shifted so that it lies inside the photo.

    In a photo smaller than a window the square begins at the top left corner.
    """
    return [
        Chunk(_start(point.column, photo.width), _start(point.row, photo.height), CHUNK_PX, CHUNK_PX)
        for point in points
    ]


def _start(middle: int, side: int) -> int:
    return max(0, min(middle - CHUNK_PX // 2, side - CHUNK_PX))
