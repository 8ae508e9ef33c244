"""Calibration on held-out answers."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from coralchunk.science import metrics
from research import calibration


def _overconfident(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    honest = random.normal(0, 1.5, (count, 3))
    shares = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(3, p=row) for row in shares])
    return honest * 3, truth


def test_scaling_finds_how_overconfident_scores_are() -> None:
    logits, truth = _overconfident(np.random.default_rng(0), 3000)

    scaling = calibration.fit(logits, np.eye(3)[truth], np.ones(3000))

    assert scaling.temperature == pytest.approx(3, rel=0.15)
    assert metrics.calibration_error(truth, scaling(logits)) < 0.03


def test_scaling_learns_that_a_class_is_rare() -> None:
    random = np.random.default_rng(0)
    truth = random.choice(3, 2000, p=[0.05, 0.15, 0.8])

    scaling = calibration.fit(np.zeros((2000, 3)), np.eye(3)[truth], np.ones(2000))

    np.testing.assert_allclose(scaling(np.zeros((1, 3)))[0], [0.05, 0.15, 0.8], atol=0.08)


def test_each_part_is_calibrated_by_the_others_only() -> None:
    logits, truth = _overconfident(np.random.default_rng(0), 400)
    targets = np.eye(3)[truth]
    first = np.arange(400) < 200
    spoilt = targets.copy()
    spoilt[first] = 1 / 3

    def said(labels: np.ndarray) -> np.ndarray:
        classified = np.ones(400, dtype=bool)
        return calibration.cross_calibrated(logits, logits, labels, classified, iter([first, ~first]))

    np.testing.assert_array_equal(said(targets)[first], said(spoilt)[first])


def test_risk_grows_from_the_surest_answers_on() -> None:
    right = np.array([True, False, True, True])
    confidence = np.array([0.9, 0.5, 0.8, 0.7])

    thresholds, coverage, risk = calibration.risk_coverage(right, confidence)

    assert thresholds.tolist() == [0.9, 0.8, 0.7, 0.5]
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == [0, 0, 0, 0.25]
