"""Test patches off the grid: only where the labels around a place agree."""

from pathlib import Path

import numpy as np
from PIL import Image

from research.crops import LARGEST_PX, SMALLEST_PX, from_masks, off_grid
from research.sources import Patch


def _photo_of_two_halves(folder: Path) -> list[Patch]:
    photo = folder / "p.png"
    Image.new("RGB", (244 * 6, 244 * 3)).save(photo)
    return [
        Patch(photo, "here", "p", column * 244, row * 244, 244, "bleached" if column < 3 else "healthy")
        for row in range(3)
        for column in range(6)
    ]


def test_patches_off_the_grid_carry_the_label_that_lies_under_most_of_them(tmp_path: Path) -> None:
    tiles = _photo_of_two_halves(tmp_path)

    found = off_grid(tiles, 4, np.random.default_rng(0))

    assert len(found) > 40
    for patch in found:
        assert SMALLEST_PX <= patch.side_px <= LARGEST_PX
        inside = min(patch.left + patch.side_px, 732) - patch.left
        on_the_left = max(0, inside) / patch.side_px
        assert (on_the_left > 0.7) == (patch.label == "bleached")


def test_masks_give_coral_and_rock_only_where_they_are_nearly_pure(tmp_path: Path) -> None:
    for folder in ("masks", "photos"):
        (tmp_path / "eilat" / folder).mkdir(parents=True)
    values = np.full((920, 1380), 6, dtype=np.uint8)
    values[:, :700] = 3
    Image.fromarray(values).save(tmp_path / "eilat/masks/aj00.png")
    Image.new("RGB", (1380, 920)).save(tmp_path / "eilat/photos/aj00.jpg")

    found = from_masks(tmp_path, 5, np.random.default_rng(0))

    assert [patch.label for patch in found] == ["healthy"] * 5 + ["not_coral"] * 5
    assert all(patch.left + patch.side_px / 4 <= 700 for patch in found if patch.label == "healthy")
    assert all(patch.left >= 640 for patch in found if patch.label == "not_coral")
