"""Test the metrics of models against hand-made cases and written-out definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.science import metrics


@pytest.fixture
def table() -> metrics.Counts:
    truth = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 2])
    said = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 0])
    return metrics.confusion(truth, said, 3)


def test_confusion_has_a_row_for_each_truth(table: metrics.Counts) -> None:
    assert table.tolist() == [[3, 1, 0], [0, 1, 1], [1, 0, 3]]


def test_recall_is_read_along_rows_and_precision_along_columns(table: metrics.Counts) -> None:
    assert metrics.recalls(table).tolist() == [0.75, 0.5, 0.75]
    assert metrics.precisions(table).tolist() == [0.75, 0.5, 0.75]


def test_precision_and_recall_differ_when_a_class_is_called_too_often() -> None:
    table = np.array([[2, 0], [6, 2]])

    assert metrics.recalls(table).tolist() == [1.0, 0.25]
    assert metrics.precisions(table).tolist() == [0.25, 1.0]


def test_a_class_that_never_occurs_does_not_lower_balanced_accuracy() -> None:
    table = np.array([[4, 0, 0], [1, 1, 0], [0, 0, 0]])

    assert math.isnan(metrics.recalls(table)[2])
    assert metrics.balanced_accuracy(table) == 0.75


def test_balanced_accuracy_of_nothing_is_not_a_number() -> None:
    assert math.isnan(metrics.balanced_accuracy(np.zeros((3, 3), dtype=np.int64)))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_roc_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[bool, int]]) -> None:
    positive = np.array([up for up, _ in rows])
    score = np.array([value for _, value in rows], dtype=float)
    pairs = [(a > b) + (a == b) / 2 for a in score[positive] for b in score[~positive]]

    found = metrics.roc_auc(positive, score)

    if pairs:
        assert found == pytest.approx(np.mean(pairs))
    else:
        assert math.isnan(found)


def test_confident_answers_that_are_always_right_have_no_calibration_error() -> None:
    probabilities = np.eye(3)[[0, 1, 2, 1]]

    assert metrics.calibration_error(np.array([0, 1, 2, 1]), probabilities) == 0


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    probabilities = np.tile([0.9, 0.1], (10, 1))
    truth = np.array([0] * 6 + [1] * 4)

    assert metrics.calibration_error(truth, probabilities) == pytest.approx(0.3)


def test_calibration_error_weighs_bins_by_what_falls_into_them() -> None:
    probabilities = np.array([[0.95, 0.05]] * 3 + [[0.55, 0.45]])
    truth = np.array([0, 0, 0, 1])

    assert metrics.calibration_error(truth, probabilities) == pytest.approx((3 * 0.05 + 0.55) / 4)


def test_calibration_error_of_nothing_is_not_a_number() -> None:
    assert math.isnan(metrics.calibration_error(np.zeros(0, dtype=np.int64), np.zeros((0, 3))))


def test_reliability_counts_every_answer_once() -> None:
    random = np.random.default_rng(0)
    probabilities = random.dirichlet([1, 1, 1], 200)

    bins = metrics.reliability(random.integers(0, 3, 200), probabilities)

    assert sum(one.count for one in bins) == 200


def test_precision_at_recall_takes_the_best_threshold_that_finds_enough() -> None:
    positive = np.array([True, True, False, True, False])
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.5])

    assert metrics.precision_at_recall(positive, score, 0.6) == 1.0
    assert metrics.precision_at_recall(positive, score, 0.75) == 0.75


def test_precision_at_recall_never_splits_equal_scores() -> None:
    positive = np.array([True, False, False, True])

    assert metrics.precision_at_recall(positive, np.ones(4), 0.5) == 0.5


def test_precision_at_recall_without_positives_is_not_a_number() -> None:
    assert math.isnan(metrics.precision_at_recall(np.zeros(3, dtype=bool), np.ones(3), 0.5))


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [
        pytest.param(0, 10, 0.0, 0.2775, id="none of ten"),
        pytest.param(8, 10, 0.4902, 0.9433, id="eight of ten"),
        pytest.param(10, 10, 0.7225, 1.0, id="all of ten"),
        pytest.param(0, 0, 0.0, 1.0, id="nothing tried"),
    ],
)
def test_wilson_interval_matches_published_values(right: int, total: int, low: float, high: float) -> None:
    found = metrics.wilson(right, total)

    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-4)
