"""Test the drawn photos of nothing: reproducible, low weight in training, never in the evaluation."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from research.blank import HELD_OUT, LEARNED, blanks, draw
from research.dataset import gather, table
from research.table import DRAWN
from tests.research.test_dataset import survey


def test_a_photo_of_nothing_is_drawn_the_same_each_time() -> None:
    one, other = blanks(range(2))

    np.testing.assert_array_equal(draw(one.photo), draw(one.photo))
    assert not np.array_equal(draw(one.photo)[:244, :244], draw(other.photo)[:244, :244])


def test_what_is_learned_from_is_not_judged_by() -> None:
    assert not set(LEARNED) & set(HELD_OUT)


def test_blanks_are_learned_from_and_never_judged(tmp_path: Path) -> None:
    survey(tmp_path)

    rows = table(gather(tmp_path, np.random.default_rng(0)))

    drawn = rows.sites == DRAWN
    assert drawn.sum() == len(LEARNED)
    assert not rows.classified[drawn].any()
    assert (rows.targets[drawn] == [0, 0, 1]).all()
    assert (rows.trust[drawn] < rows.trust[~drawn].min()).all()
