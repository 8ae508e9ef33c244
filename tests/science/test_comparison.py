"""Test that a model counts as better only where chance would rarely give it that lead."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.science.comparison import Comparison, compare


def compared(leads: list[int], chunks: int = 10) -> Comparison:
    """Compare models whose first one is right for so many more chunks of each photo."""
    first, second = np.zeros((2, len(leads), chunks), dtype=bool)
    for photo, lead in enumerate(leads):
        (first if lead > 0 else second)[photo, : abs(lead)] = True
    photos = np.repeat(np.arange(len(leads)), chunks)
    return compare(first.ravel(), second.ravel(), photos, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("leads", "p_value"),
    [
        pytest.param([9], 1 / 2, id="one photo"),
        pytest.param([9] * 4, 1 / 16, id="four photos"),
        pytest.param([1] * 5, 1 / 32, id="five photos"),
        pytest.param([0, 0, 0], 1.0, id="no lead"),
        pytest.param([2, -2], 3 / 4, id="a lead each way"),
    ],
)
def test_the_p_value_is_that_of_a_hand_count(leads: list[int], p_value: float) -> None:
    assert compared(leads).p_value == p_value


def test_five_photos_can_show_that_a_model_is_better_and_four_cannot() -> None:
    assert compared([1] * 5).is_better
    assert not compared([10] * 4).is_better


def test_many_photos_are_compared_by_drawing() -> None:
    better, even = compared([3, 2] * 15), compared([1, -1] * 15)

    assert better.p_value < 0.001
    assert 0.4 < even.p_value < 0.8
    assert even.interval[0] < 0 < even.interval[1]
    assert better.interval[0] > 0


def test_what_the_first_model_keeps_of_the_second_is_counted() -> None:
    first, second = np.array([True, True, False, False]), np.array([True, False, True, False])

    found = compare(first, second, np.array([0, 0, 1, 1]), np.random.default_rng(0))

    assert (found.chunks, found.photos, found.first, found.second) == (4, 2, 0.5, 0.5)
    assert (found.second_right, found.kept) == (2, 1)


@given(st.lists(st.integers(-10, 10), min_size=1, max_size=20))
def test_both_models_are_never_better_at_once(leads: list[int]) -> None:
    one, other = compared(leads), compared([-lead for lead in leads])

    assert not (one.is_better and other.is_better)
    assert 0 < one.p_value <= 1
