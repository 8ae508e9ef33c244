"""Choose which chunk is labelled next, keep the labels, and take the last one back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coralchunk.labelling.letters import LETTERS, NONE, read_letters, write_letters
from coralchunk.terms import Chunk


@dataclass(frozen=True, slots=True)
class Tile:
    """A whole chunk of a photo, and what the model says of it."""

    photo: str  # path in the folder
    number: int  # row by row among the whole chunks
    chunk: Chunk
    predicted: str  # label with the largest probability
    confidence: float  # the largest probability


class Session:
    """The tiles of a folder, the least certain first; those with a label are left out."""

    def __init__(self, tiles: Sequence[Tile], columns: Mapping[str, int], path: Path) -> None:
        """Start or resume.

        columns  whole chunks in a row of each photo
        path     the table of labels; it is written after each label

        Raises BadLabels.
        """
        self.tiles: Final = sorted(tiles, key=lambda tile: (tile.confidence, tile.photo, tile.number))
        self._columns: Final = columns
        self._path: Final = path
        counts = dict.fromkeys(columns, 0)
        for tile in tiles:
            counts[tile.photo] += 1
        self._table: Final = read_letters(path, counts)
        self._done: Final[list[int]] = []  # places in `tiles` that were labelled in this session

    def next(self) -> int | None:
        """Return the place of the least certain tile without a label."""
        return next((place for place, tile in enumerate(self.tiles) if self._letter(tile) == NONE), None)

    @property
    def labelled(self) -> int:
        """How many tiles have a label."""
        return sum(self._letter(tile) != NONE for tile in self.tiles)

    def label(self, place: int, letter: str) -> None:
        """Label a tile. Raises ValueError for a letter or place that there is not."""
        if letter not in LETTERS or not 0 <= place < len(self.tiles):
            raise ValueError(f"{letter!r} is none of {', '.join(LETTERS)}, or there is no tile {place}")
        self._done.append(place)
        self._put(place, letter)

    def undo(self) -> int | None:
        """Take back the last label of this session, and return the place of its tile."""
        if not self._done:
            return None
        place = self._done.pop()
        self._put(place, NONE)
        return place

    def _letter(self, tile: Tile) -> str:
        return self._table[tile.photo][tile.number]

    def _put(self, place: int, letter: str) -> None:
        tile = self.tiles[place]
        self._table[tile.photo][tile.number] = letter
        write_letters(self._path, self._table, self._columns)
