"""Test which chunks are checked first, what checks leave open, and how agreement is measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from coralchunk.science.agreement import agreement
from coralchunk.science.checking import Chunks, Shares, expected_effects, shares_of, unchecked_intervals
from coralchunk.science.model_error import Abstention, ErrorRates, ModelErrors, Rate

ERRORS = ModelErrors(
    ErrorRates(Rate(28, 1.3), Rate(16, 0.2), Abstention(0.5, 1.0)), ErrorRates(Rate(20, 0.7), Rate(20, 1.0))
)
PROBABILITIES = np.array(
    [
        [0.9, 0.05, 0.05],
        [0.55, 0.4, 0.05],
        [0.05, 0.9, 0.05],
        [0.02, 0.03, 0.95],
        [0.4, 0.2, 0.4],
        [0.05, 0.9, 0.05],
    ]
)
CHUNKS = Chunks(PROBABILITIES, np.array([0, 0, 1, 2, 3, 1]), np.array([0.2, 0.2, 0.2, 0.2, 0.1, 0.1]))


def test_a_doubtful_chunk_matters_more_than_a_sure_one_and_a_large_one_more_than_a_small_one() -> None:
    effects = expected_effects(CHUNKS)

    assert int(effects.argmax()) == 1
    assert effects[2] == pytest.approx(2 * effects[5])
    assert (effects > 0).all()


def test_shares_count_what_is_known() -> None:
    shares = shares_of(CHUNKS)

    assert shares.coral == pytest.approx(0.7 / 0.9)
    assert shares.bleached == pytest.approx(0.4 / 0.7)


def test_checks_shrink_the_interval_until_nothing_is_left_open() -> None:
    value = Shares(0.6, 0.5)

    widths = []
    for left in (1.0, 0.5, 0.0):
        intervals = unchecked_intervals(CHUNKS, ERRORS, value, left, np.random.default_rng(0))
        widths.append([high - low for low, high in intervals])
        assert all(low <= middle <= high for (low, high), middle in zip(intervals, (0.6, 0.5), strict=True))

    assert widths[0] > widths[1] > widths[2] == [0, 0]


def test_without_coral_there_is_no_interval_of_bleaching() -> None:
    sand = Chunks(PROBABILITIES[3:4], np.array([2]), np.array([1.0]))

    coral, bleached = unchecked_intervals(sand, ERRORS, shares_of(sand), 1.0, np.random.default_rng(0))

    assert coral is not None
    assert bleached is None


@given(st.lists(st.tuples(st.sampled_from("bhnu"), st.sampled_from("bhnu")), min_size=1, max_size=40))
def test_kappa_is_that_of_scikit_learn(labels: list[tuple[str, str]]) -> None:
    first, second = zip(*labels, strict=True)

    found = agreement(first, second)

    assert found.agreed == sum(one == other for one, other in labels)
    if found.kappa is None:
        assert len({*first, *second}) == 1
    else:
        assert found.kappa == pytest.approx(cohen_kappa_score(first, second))
