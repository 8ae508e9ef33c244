"""Test that a stratified random sample of chunks tells the cover without bias, within its intervals."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from coralchunk.science.audit import Audit, Stratum, estimate, next_stratum

GOOD = ((0.85, 0.05, 0.03, 0.07), (0.06, 0.78, 0.06, 0.10), (0.01, 0.02, 0.92, 0.05))
BAD = ((0.5, 0.3, 0.1, 0.1), (0.2, 0.5, 0.2, 0.1), (0.1, 0.15, 0.65, 0.1))
REPEATS = 250


@dataclass(frozen=True)
class Reef:
    """A survey of which the truth is known."""

    said: NDArray[np.int64]
    weights: NDArray[np.float64]
    known: NDArray[np.float64]
    coral: NDArray[np.float64]
    bleached: NDArray[np.float64]

    def covers(self) -> tuple[float, float]:
        coral = (self.weights * self.coral).sum()
        return coral / (self.weights * self.known).sum(), (self.weights * self.bleached).sum() / coral

    def audit(self, sample: int, rng: np.random.Generator, more: int = 0) -> Audit:
        sizes = [int((self.said == label).sum()) for label in range(4)]
        taken = [0] * 4
        for _ in range(min(sample, sum(sizes))):
            taken[next_stratum(sizes, taken)] += 1
        drawn = [rng.permutation(np.flatnonzero(self.said == n))[: taken[n]] for n in range(4)]
        columns = self.weights, self.known, self.coral, self.bleached
        strata = [Stratum(sizes[n], *(column[drawn[n]] for column in columns)) for n in range(4)]
        return estimate(strata, more)


def reef(chunks: int, shares: tuple[float, ...], model: tuple[tuple[float, ...], ...], seed: int) -> Reef:
    """A survey with bleached, healthy and other chunks; people cannot tell one in thirty, weights differ."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(3, chunks, p=shares)
    said = np.array([rng.choice(4, p=model[kind]) for kind in truth])
    weights = rng.uniform(0.5, 1, chunks)
    known = (rng.random(chunks) > 1 / 30).astype(np.float64)
    bleached = np.where(truth == 0, rng.choice([0.5, 1.0], chunks, p=[0.2, 0.8]), 0.0) * known
    return Reef(said, weights / weights.sum(), known, (truth < 2) * known, bleached)


@pytest.mark.parametrize(
    "model", [pytest.param(GOOD, id="a good model"), pytest.param(BAD, id="a bad model")]
)
@pytest.mark.parametrize(
    ("chunks", "shares", "sample"),
    [
        pytest.param(2000, (0.1, 0.3, 0.6), 100, id="a survey with some bleaching"),
        pytest.param(2000, (0.3, 0.5, 0.2), 60, id="much bleaching and few checks"),
        pytest.param(2000, (0.03, 0.2, 0.77), 150, id="little bleaching"),
        pytest.param(300, (0.1, 0.3, 0.6), 100, id="a third of all chunks"),
    ],
)
def test_over_many_samples_the_estimate_is_unbiased_and_intervals_hold_the_truth(
    chunks: int, shares: tuple[float, ...], sample: int, model: tuple[tuple[float, ...], ...]
) -> None:
    survey, rng = reef(chunks, shares, model, seed=7), np.random.default_rng(8)

    audits = [survey.audit(sample, rng) for _ in range(REPEATS)]

    for name, truth in zip(("coral", "bleached"), survey.covers(), strict=True):
        found = [getattr(audit, name) for audit in audits]
        values = np.array([share.value for share in found])
        held = np.mean([share.interval[0] <= truth <= share.interval[1] for share in found])
        assert abs(values.mean() - truth) < 3.5 * values.std() / np.sqrt(REPEATS) + 0.002, name
        assert held >= 0.91, (name, held)


def test_the_label_of_the_model_alone_is_biased_where_the_model_is_bad() -> None:
    survey = reef(2000, (0.1, 0.3, 0.6), BAD, seed=7)

    by_model = survey.weights[survey.said < 2].sum() / survey.weights[survey.said < 3].sum()

    assert abs(by_model - survey.covers()[0]) > 0.05


def test_all_chunks_tell_the_truth_exactly() -> None:
    survey = reef(120, (0.2, 0.3, 0.5), GOOD, seed=3)

    audit = survey.audit(120, np.random.default_rng(0))

    assert (audit.coral.value, audit.bleached.value) == pytest.approx(survey.covers())
    assert audit.coral.interval == pytest.approx((audit.coral.value,) * 2)


@given(st.integers(0, 2**32 - 1), st.integers(12, 60), st.integers(0, 60))
def test_an_interval_holds_its_value_and_more_checks_do_not_widen_it(
    seed: int, sample: int, more: int
) -> None:
    survey = reef(200, (0.2, 0.3, 0.5), GOOD, seed=seed)

    now, ahead = (survey.audit(sample, np.random.default_rng(seed), count) for count in (0, more))

    for name in ("coral", "bleached"):
        share, later = getattr(now, name), getattr(ahead, name)
        if share.interval is None:
            assert share.reason
            continue
        low, high = share.interval
        assert 0 <= low <= share.value <= high <= 1
        assert later.value == share.value
        assert later.interval[1] - later.interval[0] <= high - low + 1e-9


def test_too_few_labels_give_no_figure_and_say_why() -> None:
    empty = np.array([])
    whole = np.array([0.1, 0.1])
    strata = [Stratum(5, whole, whole * 10, whole * 10, whole * 0), Stratum(3, *[empty] * 4)]

    audit = estimate(strata)

    assert audit.coral.value is None
    assert (
        audit.bleached.reason
        == "too few labelled chunks: at least 2 of each of the model's labels are needed"
    )


def test_without_coral_there_is_no_bleached_cover() -> None:
    ones, none = np.full(4, 0.1), np.zeros(4)

    audit = estimate([Stratum(9, ones, ones * 10, none, none)])

    assert audit.coral.value == 0
    assert audit.coral.interval is not None
    assert 0.1 < audit.coral.interval[1] < 0.9
    assert audit.bleached.reason == "no labelled chunk is coral"


def test_half_of_the_checks_follow_the_sizes_and_half_are_alike() -> None:
    sizes, taken = [10, 30, 160, 0], [0, 0, 0, 0]

    for _ in range(60):
        taken[next_stratum(sizes, taken)] += 1

    assert taken[0] == 10
    assert taken[3] == 0
    assert taken[2] > taken[1] > taken[0]
