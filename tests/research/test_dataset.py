"""Test that folders of labelled photos become one list, with evaluation-only photos kept apart."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("sklearn")

from research.dataset import gather, table
from research.table import DRAWN


def _photo(path: Path, width: int, height: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def survey(root: Path) -> None:
    _photo(root / "photos/a.png", 732, 488)
    rows = [f"photos/a.png,reef-1,244,{row},{column},healthy" for row in range(2) for column in range(3)]
    (root / "tiles.csv").write_text("\n".join(["photo,site,tile_px,row,col,label", *rows]) + "\n")


def test_any_folder_with_tiles_can_be_learned_from(tmp_path: Path) -> None:
    survey(tmp_path)

    rows = table(gather(tmp_path, np.random.default_rng(0)))

    assert rows.classified.sum() == (rows.whole & (rows.sites != DRAWN)).sum() == 6
    assert len(rows.labels) > 6
    assert set(rows.groups[rows.sites != DRAWN].tolist()) == {"a"}


def test_the_same_seed_gives_the_same_list(tmp_path: Path) -> None:
    survey(tmp_path)

    assert gather(tmp_path, np.random.default_rng(4)) == gather(tmp_path, np.random.default_rng(4))


def test_published_test_patches_are_judged_and_never_learned_from(tmp_path: Path) -> None:
    survey(tmp_path)
    for part in ("train", "val", "test"):
        for folder in ("CORAL", "CORAL_BL"):
            _photo(tmp_path / "esd" / part / folder / "p.png", 224, 224)

    rows = table(gather(tmp_path, np.random.default_rng(0), tmp_path / "esd"))

    published = rows.sites == "esd"
    assert published.sum() == 6
    assert rows.trust[published & rows.classified].tolist() == [0.0, 0.0]
    assert (rows.trust[published & ~rows.classified] == 1.0).all()
