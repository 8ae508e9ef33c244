"""Give access to a photo that was decoded at half its size, for networks that see no more of it."""

from collections.abc import Iterator, Sequence
from typing import Final

from coralchunk.arrays import Pixels
from coralchunk.imaging.overlay import bounded
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.filling import Empty
from coralchunk.imaging.scene import Scene
from coralchunk.terms import CHUNK_PX, Chunk, Size

_WINDOW_PX: Final = CHUNK_PX // 2


class HalvedPhoto:
    """A photo without empty parts, of which only a copy of half its size is in memory.

    Chunks and sizes are those of the whole photo.
    """

    def __init__(self, half: Photo, size: Size) -> None:
        """Take the copy, and the size of the whole upright photo."""
        self.half: Final = half
        self.size: Final = size
        self.notes: Final = half.notes

    @property
    def nbytes(self) -> int:
        """How much memory its pixels take."""
        return self.half.nbytes

    @property
    def small(self) -> Pixels:
        """A copy of at most 256 px a side."""
        return self.half.small

    @property
    def scene(self) -> Scene:
        """The statistics of the whole photo, see imaging.scene."""
        return self.half.scene

    def windows(self, chunks: Sequence[Chunk]) -> Iterator[Pixels]:
        """Yield the window of each chunk at half its size, (122, 122, 3) uint8, see imaging.windows."""
        width, height = self.size.width, self.size.height
        for chunk in chunks:
            x, y = min(chunk.x, width - CHUNK_PX) // 2, min(chunk.y, height - CHUNK_PX) // 2
            yield self.half.cut(Chunk(x, y, _WINDOW_PX, _WINDOW_PX))

    def has_data(self, _piece: Chunk) -> bool:
        """Tell whether at least half of a piece has data."""
        return True

    def seen_px(self, piece: Chunk) -> int:
        """Return how many pixels of a piece hold something."""
        return piece.width * piece.height

    def shrunk(self, size: Size) -> Pixels:
        """Return a copy of `size`, which is at most half that of the photo, see Photo.shrunk."""
        return self.half.shrunk(size)

    def emptiness(self, _size: Size) -> Empty | None:
        """Return where a smaller copy is empty: nowhere."""
        return None


ClassifiedPhoto = Photo | HalvedPhoto  # what chunks are classified from, and the answer is drawn from


def may_halve(size: Size, input_px: int, max_side: int) -> bool:
    """Tell whether half the size of a photo is enough for a network and for the result picture.

    input_px  side of the square that the network takes of a window
    max_side  of the picture, see overlay.bounded
    """
    picture = bounded(size, max_side)
    return (
        input_px <= _WINDOW_PX
        and min(size.width, size.height) >= CHUNK_PX  # smaller photos are continued by reflection
        and 2 * picture.width <= size.width + 1
        and 2 * picture.height <= size.height + 1
    )
