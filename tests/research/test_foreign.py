"""Test that pictures of something else than a reef are drawn the same every time, and each in its own way."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")  # research builds the served graph with it

from coralchunk.science.neighbours import Neighbourhood
from coralchunk.terms import CHUNK_PX
from research import foreign
from research.drawn import classify_photos
from research.pixels import read_photo


@pytest.mark.parametrize("kind", foreign.KINDS)
def test_a_picture_is_drawn_the_same_every_time_and_others_differ(kind: str) -> None:
    one, *_, other = foreign.pictures(kind)

    np.testing.assert_array_equal(read_photo(one), read_photo(one))
    assert not np.array_equal(read_photo(one), read_photo(other))


def test_all_chunks_of_a_picture_are_classified() -> None:
    one, *_ = foreign.pictures("street")
    model = Path(__file__).parents[2] / "models/coralchunk-lite0-1.1.1.onnx"

    said = classify_photos(model.read_bytes(), [one], Neighbourhood(1.2, 2.0, 1.1))

    height, width = read_photo(one).shape[:2]
    assert len(said) == height // CHUNK_PX * (width // CHUNK_PX)
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)
