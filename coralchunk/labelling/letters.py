"""Read and write a table of labels: one line a photo, one letter for each of its whole chunks.

`python -m research` reads the same layout: photo, columns, tiles. A dash stands for a chunk without a label.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from coralchunk.errors.setup import BadLabels

#: The keys of the page, and what each says of a chunk; at least 60 % of it, as far as the eye can tell.
LETTERS: Final = {
    "B": "bleached coral",
    "P": "partly bleached coral",
    "H": "healthy coral",
    "N": "not coral",
    "U": "unsure",
}
NONE: Final = "-"
_COLUMNS: Final = ("photo", "columns", "tiles")

Table = dict[str, list[str]]  # a letter for each whole chunk, by the photo's path in the folder


def read_letters(path: Path, chunks: Mapping[str, int]) -> Table:
    """Read a table, or return one without labels if there is none.

    chunks  how many whole chunks each photo has

    Raises BadLabels where the table does not fit the photos.
    """
    table = {photo: [NONE] * count for photo, count in chunks.items()}
    if not path.exists():
        return table
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            photo, tiles = row.get("photo") or "", row.get("tiles") or ""
            if photo not in table:
                raise BadLabels(str(path), f"the folder has no photo {photo!r}")
            if len(tiles) != chunks[photo] or not set(tiles) <= {*LETTERS, NONE}:
                raise BadLabels(
                    str(path),
                    f"{photo} needs {chunks[photo]} letters of {''.join(LETTERS)}{NONE}, and has {tiles!r}",
                )
            table[photo] = list(tiles)
    return table


def write_letters(path: Path, table: Table, columns: Mapping[str, int]) -> None:
    """Write the photos that have a label; the file is replaced at once, never half-written."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for photo, tiles in sorted(table.items()):
            if set(tiles) != {NONE}:
                writer.writerow([photo, columns[photo], "".join(tiles)])
    new.replace(path)
