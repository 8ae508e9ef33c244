"""Draw contact sheets with numbered squares, for labelling squares by eye.

    python -m research.sheets --data ../shared/data --out sheets web/flickr/bleached web/stock/healthy

Next to each sheet is a .txt with the photos on it. Answers go into research/labels/*.csv.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import numpy as np
from PIL import Image, ImageDraw

from research.sources import squares

_PHOTOS_A_SHEET: Final = 16
_COLUMNS: Final = 4
_CELL: Final = (304, 234)


def sheets(photos: list[Path]) -> Iterator[tuple[list[Path], Image.Image]]:
    """Paint sheets of sixteen photos, each with its squares drawn and its number on the sheet."""
    for start in range(0, len(photos), _PHOTOS_A_SHEET):
        shown = photos[start : start + _PHOTOS_A_SHEET]
        sheet = Image.new("RGB", (_CELL[0] * _COLUMNS, _CELL[1] * -(-len(shown) // _COLUMNS)), "black")
        pen = ImageDraw.Draw(sheet)
        for place, path in enumerate(shown):
            photo = Image.open(path).convert("RGB")
            x, y = place % _COLUMNS * _CELL[0], place // _COLUMNS * _CELL[1]
            sheet.paste(photo, (x, y))
            for left, top, side in squares(*photo.size):
                box = (x + left, y + top, x + left + side, y + top + side)
                pen.rectangle(box, outline="yellow")
            pen.text((x + 3, y + 1), str(place + 1), fill="red", font_size=22, stroke_width=2)
        yield shown, sheet


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--count", default=160, help="Photos drawn from each folder.")
@click.argument("folders", nargs=-1, required=True)
def main(data: Path, out: Path, count: int, folders: tuple[str, ...]) -> None:
    """Paint contact sheets of photos drawn from FOLDERS."""
    out.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        photos = sorted((data / folder).iterdir())
        drawn = np.random.default_rng(0).permutation(len(photos))[:count]
        for number, (shown, sheet) in enumerate(sheets([photos[place] for place in drawn])):
            name = f"{folder.replace('/', '-')}-{number:02d}"
            sheet.save(out / f"{name}.png")
            lines = (str(path.relative_to(data)) for path in shown)
            (out / f"{name}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
