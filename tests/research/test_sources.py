"""Test each layout of labelled photos that research reads, on generated folders."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from research import sources


def _photo(path: Path, width: int, height: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def test_tiles_are_found_by_row_and_column(tmp_path: Path) -> None:
    rows = "photo,site,tile_px,row,col,label\nphotos/a.jpg,reef-1,244,2,3,bleached\n"
    (tmp_path / "tiles.csv").write_text(rows)

    (patch,) = sources.read_tiles(tmp_path)

    assert (patch.left, patch.top, patch.side_px) == (732, 488, 244)
    assert (patch.site, patch.group, patch.label) == ("reef-1", "a", "bleached")


def test_unsure_tiles_teach_nothing(tmp_path: Path) -> None:
    rows = "photo,site,tile_px,row,col,label\nphotos/a.jpg,reef-1,244,0,0,unsure\n"
    (tmp_path / "tiles.csv").write_text(rows)

    assert sources.read_tiles(tmp_path) == []


def test_quarters_of_one_mosaic_are_one_group() -> None:
    quarters = [Path(f"eilat/photos/abcj{end}.jpg") for end in ("00", "01", "10", "11")]

    assert {sources.mosaic(quarter) for quarter in quarters} == {"abcj"}
    assert sources.mosaic(Path("photos/dive_10.jpg")) == "dive_10"


def test_web_squares_take_their_near_duplicate_group(tmp_path: Path) -> None:
    _photo(tmp_path / "web/stock/healthy/1.png", 227, 227)
    (tmp_path / "web.csv").write_text(
        "path,label,source,near_duplicate_group\nweb/stock/healthy/1.png,healthy,stock,77\n"
    )
    table = tmp_path / "squares.csv"
    table.write_text("photo,squares\nweb/stock/healthy/1.png,BUNP\n")

    patches = sources.read_squares(table, tmp_path)

    assert [patch.label for patch in patches] == ["bleached", "not_coral", "partly_bleached"]
    assert {patch.group for patch in patches} == {"web-77"}
    assert {patch.site for patch in patches} == {"web-stock"}


@pytest.mark.parametrize(("width", "height"), [(300, 225), (227, 227), (225, 300), (60, 400)])
def test_squares_lie_inside_their_photo_and_apart(width: int, height: int) -> None:
    places = sources.squares(width, height)

    covered = np.zeros((height, width), dtype=int)
    for left, top, side in places:
        assert 0 <= left <= width - side
        assert 0 <= top <= height - side
        covered[top : top + side, left : left + side] += 1
    assert covered.max() == 1


def test_letters_name_whole_chunks_row_by_row(tmp_path: Path) -> None:
    table = tmp_path / "letters.csv"
    table.write_text("photo,columns,tiles\neilat/photos/xj01.jpg,2,HUNU\n")

    patches = sources.read_letters(table, tmp_path, "eilat")

    assert [(patch.left, patch.top, patch.label) for patch in patches] == [
        (0, 0, "healthy"),
        (0, 244, "not_coral"),
    ]


def test_boxes_are_read_from_any_table(tmp_path: Path) -> None:
    table = tmp_path / "boxes.csv"
    table.write_text("photo,site,group,left,top,side_px,label\na.jpg,here,g1,10,20,122,healthy\n")

    (patch,) = sources.read_boxes(table, tmp_path)

    assert (patch.left, patch.top, patch.side_px, patch.group) == (10, 20, 122, "g1")


def test_esd_layout_gives_three_parts_with_two_classes(tmp_path: Path) -> None:
    for part, count in (("train", 3), ("val", 2), ("test", 1)):
        for folder in ("CORAL", "CORAL_BL"):
            for number in range(count):
                _photo(tmp_path / part / folder / f"p{number}.png", 112, 112)

    parts = sources.read_esd(tmp_path)

    assert {part: len(patches) for part, patches in parts.items()} == {"train": 6, "val": 4, "test": 2}
    assert sorted({patch.label for patch in parts["train"]}) == ["bleached", "healthy"]
    assert all(patch.side_px == 112 for patch in parts["val"])
