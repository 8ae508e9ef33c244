"""Read folders and CSV files of labelled photos as patches.

Layouts read here:
    tiles.csv         photo, site, tile_px, row, col, label; where a photo is only a piece of one, as
                      `coralchunk corrections export` writes them, also group, context (a small copy of the
                      whole) and context_left, context_top, context_side (where the tile lies in it)
    web.csv           path, label, source, near_duplicate_group: one label a photo
    squares .csv      photo, squares: one letter (B P H N, or U) for each square of a small web photo
    letters .csv      photo, columns, tiles: one letter for each whole chunk of a photo
    boxes, any .csv   photo, site, group, left, top, side_px, label
    ESD               train|val|test / CORAL|CORAL_BL / one patch a file (NOAA PIFSC ESD coral bleaching)
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from coralchunk.terms import CHUNK_PX

#: What a label says about bleached, healthy, not coral. Labels that are not here teach nothing.
TARGETS: Final = {
    "bleached": (1.0, 0.0, 0.0),
    "partly_bleached": (0.5, 0.5, 0.0),
    "healthy": (0.0, 1.0, 0.0),
    "not_coral": (0.0, 0.0, 1.0),
}
LETTERS: Final = {"B": "bleached", "P": "partly_bleached", "H": "healthy", "N": "not_coral"}
_ESD_LABELS: Final = {"CORAL": "healthy", "CORAL_BL": "bleached"}
_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a patch whose photo is only a piece of one."""

    photo: Path  # small copy of the whole
    place: tuple[float, float, float]  # left, top and side of the patch in it, in its pixels


@dataclass(frozen=True, slots=True)
class Patch:
    """A labelled square of a photo."""

    photo: Path
    site: str
    group: str  # patches of one group never stand on both sides of a split
    left: int  # px
    top: int  # px
    side_px: int
    label: str
    context: Context | None = None


def read_tiles(root: Path) -> list[Patch]:
    """Read root/tiles.csv; a group is a photo, or the mosaic it is a quarter of."""
    return [
        Patch(
            root / row["photo"],
            row["site"],
            row.get("group") or mosaic(Path(row["photo"])),
            int(row["col"]) * int(row["tile_px"]),
            int(row["row"]) * int(row["tile_px"]),
            int(row["tile_px"]),
            row["label"],
            _context(row, root),
        )
        for row in _rows(root / "tiles.csv")
        if row["label"] in TARGETS
    ]


def read_web(root: Path) -> list[Patch]:
    """Read root/web.csv; the patch is the middle square, because logos and frames sit in the corners."""
    patches = []
    for row in _rows(root / "web.csv"):
        with Image.open(root / row["path"]) as photo:
            width, height = photo.size
        side = round(min(width, height) * 0.9)
        corner = ((width - side) // 2, (height - side) // 2)
        site, group = f"web-{row['source']}", f"web-{row['near_duplicate_group']}"
        patches.append(Patch(root / row["path"], site, group, *corner, side, row["label"]))
    return patches


def read_squares(table: Path, root: Path) -> list[Patch]:
    """Read the squares of web photos that were classified one by one: photo, one letter a square."""
    known = {row["path"]: row for row in _rows(root / "web.csv")}
    patches = []
    for row in _rows(table):
        web = known[row["photo"]]
        site, group = f"web-{web['source']}", f"web-{web['near_duplicate_group']}"
        with Image.open(root / row["photo"]) as photo:
            places = squares(*photo.size)
        for place, letter in zip(places, row["squares"], strict=True):
            if letter in LETTERS:
                patches.append(Patch(root / row["photo"], site, group, *place, LETTERS[letter]))
    return patches


def read_letters(table: Path, root: Path, site: str) -> list[Patch]:
    """Read whole chunks classified one by one: photo, columns, tiles: one letter a chunk, row by row."""
    return [
        Patch(
            root / row["photo"],
            site,
            mosaic(Path(row["photo"])),
            number % int(row["columns"]) * CHUNK_PX,
            number // int(row["columns"]) * CHUNK_PX,
            CHUNK_PX,
            LETTERS[letter],
        )
        for row in _rows(table)
        for number, letter in enumerate(row["tiles"])
        if letter in LETTERS
    ]


def squares(width: int, height: int) -> list[tuple[int, int, int]]:
    """Lay about 100 px squares over a small photo: (left, top, side), row by row."""
    columns, rows = max(1, round(width / 105)), max(1, round(height / 105))
    side = min(width // columns, height // rows)
    return [
        (
            round((column + 0.5) * width / columns - side / 2),
            round((row + 0.5) * height / rows - side / 2),
            side,
        )
        for row in range(rows)
        for column in range(columns)
    ]


def read_boxes(table: Path, root: Path) -> list[Patch]:
    """Read a CSV of squares in the photos under `root`."""
    return [
        Patch(
            root / row["photo"],
            row["site"],
            row["group"],
            int(row["left"]),
            int(row["top"]),
            int(row["side_px"]),
            row["label"],
        )
        for row in _rows(table)
        if row["label"] in TARGETS
    ]


def read_esd(root: Path) -> dict[str, list[Patch]]:
    """Read the ESD layout: its patches by part (train, val, test).

    The published parts were sampled patch by patch. A patch's name does not identify its photo, so each patch
    is a separate group and the figures on `test` are too optimistic.
    """
    return {
        part: [
            Patch(path, "esd", f"{part}/{path.name}", 0, 0, _side(path), label)
            for folder, label in sorted(_ESD_LABELS.items())
            for path in sorted((root / part / folder).glob("*"))
            if path.suffix.lower() in _PICTURES
        ]
        for part in ("train", "val", "test")
    }


def mosaic(photo: Path) -> str:
    """Name what a photo is a quarter of (Eilat's names end in the quarter's row and column), or its stem."""
    return photo.stem[:-2] if "eilat" in photo.parts else photo.stem


def _context(row: dict[str, str], root: Path) -> Context | None:
    if not row.get("context"):
        return None
    left, top, side = (float(row[f"context_{name}"]) for name in ("left", "top", "side"))
    return Context(root / row["context"], (left, top, side))


def _side(path: Path) -> int:
    with Image.open(path) as photo:
        return min(photo.size)


def _rows(table: Path) -> Iterator[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)
