"""Read a folder or a CSV of labelled photos.

CSV, the layout in which corrections are exported and training data comes; paths are relative to the file:

    photo,tile_px,row,col,label        one square of a photo a line; other columns are ignored but for
    context                            a small copy of the photo that `photo` is only a piece of, if it is

CSV, as `coralchunk label` writes it:

    photo,columns,tiles                one letter for each whole chunk of a photo, row by row

Folder: one subfolder a class, every image in it one labelled patch. Names are those of the labels below, or
CORAL and CORAL_BL as in NOAA's coral bleaching patches.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coralchunk.errors.setup import BadLabels
from coralchunk.terms import CHUNK_PX, Chunk, State

#: What a label says; labels that are not here (partly bleached, unsure) have no single truth and are skipped.
TRUTHS: Final[dict[str, State]] = {
    "bleached": State.BLEACHED,
    "healthy": State.HEALTHY,
    "not_coral": State.NOT_CORAL,
    "CORAL_BL": State.BLEACHED,
    "CORAL": State.HEALTHY,
}
_COLUMNS: Final = ("photo", "tile_px", "row", "col", "label")
_LETTER_COLUMNS: Final = frozenset({"photo", "columns", "tiles"})
#: Partly bleached, unsure and unlabelled chunks have no single truth and are skipped.
_LETTERS: Final = {"B": State.BLEACHED, "H": State.HEALTHY, "N": State.NOT_CORAL}
_IMAGES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".gif", ".heic", ".heif"})


@dataclass(frozen=True, slots=True)
class Labelled:
    """A photo and the squares in it whose truth is known."""

    photo: Path
    squares: tuple[tuple[Chunk, State], ...]  # no squares and a truth: the whole photo is one patch
    truth: State | None
    context: Path | None = None  # whose scene counts, where the photo is only a piece of one


def read_labels(source: Path) -> list[Labelled]:
    """Read a CSV or a folder of class folders. Raises BadLabels."""
    found = list(_from_csv(source) if source.is_file() else _from_folder(source))
    if not found:
        raise BadLabels(str(source), f"it has no square or image labelled one of {', '.join(TRUTHS)}")
    return found


def _from_csv(source: Path) -> Iterator[Labelled]:
    squares: dict[str, list[tuple[Chunk, State]]] = {}
    contexts: dict[str, Path] = {}
    with source.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        if set(table.fieldnames or ()) >= _LETTER_COLUMNS:
            yield from _from_letters(source, table)
            return
        missing = [column for column in _COLUMNS if column not in (table.fieldnames or ())]
        if missing:
            raise BadLabels(str(source), f"it lacks the columns {', '.join(missing)}")
        for line, row in enumerate(table, start=2):
            truth = TRUTHS.get(row["label"])
            if truth is not None:
                squares.setdefault(row["photo"], []).append((_square(row, f"{source} line {line}"), truth))
                if row.get("context"):
                    contexts[row["photo"]] = source.parent / row["context"]
    for photo, known in squares.items():
        yield Labelled(source.parent / photo, tuple(known), None, contexts.get(photo))


def _from_letters(source: Path, table: Iterable[dict[str, str]]) -> Iterator[Labelled]:
    for line, row in enumerate(table, start=2):
        try:
            across = int(row["columns"])
        except ValueError:
            across = 0
        if across < 1:
            raise BadLabels(f"{source} line {line}", "columns must be a whole number of at least 1")
        squares = tuple(
            (
                Chunk(number % across * CHUNK_PX, number // across * CHUNK_PX, CHUNK_PX, CHUNK_PX),
                _LETTERS[letter],
            )
            for number, letter in enumerate(row["tiles"])
            if letter in _LETTERS
        )
        if squares:
            yield Labelled(source.parent / row["photo"], squares, None)


def _square(row: dict[str, str], place: str) -> Chunk:
    try:
        side, down, across = int(row["tile_px"]), int(row["row"]), int(row["col"])
    except ValueError:
        raise BadLabels(place, "tile_px, row and col must be whole numbers") from None
    if side < 1 or down < 0 or across < 0:
        raise BadLabels(place, "tile_px must be at least 1, row and col at least 0")
    return Chunk(across * side, down * side, side, side)


def _from_folder(source: Path) -> Iterator[Labelled]:
    for name, truth in TRUTHS.items():
        # ESD keeps its classes below train, val and test.
        for folder in sorted({*source.glob(name), *source.glob(f"*/{name}")}):
            for photo in sorted(folder.iterdir()):
                if photo.suffix.lower() in _IMAGES:
                    yield Labelled(photo, (), truth)
