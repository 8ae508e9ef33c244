"""Patches are cut once: as they are learned from, and exactly as the server would get them."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from coralchunk.imaging.scene import scene
from coralchunk.inference.classifier import scaled
from research.dataset import gather
from research.packing import LEARNED_PX, SERVED, pack
from research.pixels import read_photo
from tests.research.test_dataset import survey


def test_a_chunk_is_packed_as_the_server_gets_it(tmp_path: Path) -> None:
    survey(tmp_path)
    patches = [item.patch for item in gather(tmp_path, np.random.default_rng(0)) if item.classified]
    photo = read_photo(tmp_path / "photos/a.png")

    packed = pack(patches)

    row = next(row for row, patch in enumerate(patches) if (patch.left, patch.top) == (488, 244))
    np.testing.assert_array_equal(packed.served[row], scaled([photo[244:488, 488:732]], SERVED)[0])
    np.testing.assert_array_equal(packed.scenes[packed.photo[row]], scene(photo))
    np.testing.assert_allclose(packed.places[row], [2 / 3, 1 / 2, 1 / 3, 1 / 2])
    assert packed.windows.shape == (6, LEARNED_PX, LEARNED_PX, 3)
    assert len(packed.photos) == 1
