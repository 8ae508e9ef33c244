"""Test that pictures of something else than a reef are drawn the same every time, and each in its own way."""

import numpy as np
import pytest

pytest.importorskip("sklearn")  # research lists the patches of its folds with it

from coralchunk.terms import CHUNK_PX
from research import foreign
from research.pixels import cut, read_photo


@pytest.mark.parametrize("kind", foreign.KINDS)
def test_a_picture_is_drawn_the_same_every_time_and_others_differ(kind: str) -> None:
    patches = foreign.foreign(kind)
    one, other = patches[0].photo, patches[-1].photo

    np.testing.assert_array_equal(read_photo(one), read_photo(one))
    assert not np.array_equal(read_photo(one), read_photo(other))


def test_chunks_are_taken_from_all_over_each_picture() -> None:
    patches = foreign.foreign("street")

    assert len({patch.photo for patch in patches}) == foreign.PICTURES
    height, width = read_photo(patches[0].photo).shape[:2]
    assert max(patch.left for patch in patches) + CHUNK_PX <= width
    assert max(patch.top for patch in patches) + CHUNK_PX == height
    assert cut(patches[:2])[0].shape == (2, CHUNK_PX, CHUNK_PX, 3)
