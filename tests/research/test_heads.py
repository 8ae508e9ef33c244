"""Decisions on made-up features."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from research.heads import learn, log_probabilities


def test_coral_and_bleaching_are_told_apart() -> None:
    random = np.random.default_rng(0)
    kinds = random.integers(0, 3, 600)
    features = random.normal(size=(600, 40)).astype(np.float32)
    features[:, :10] += 2 * (kinds[:, np.newaxis] != 2)
    features[:, -9:] += 2 * (kinds[:, np.newaxis] == 0)

    decisions = learn(features[:400], np.eye(3)[kinds[:400]], np.ones(400))

    said = log_probabilities(decisions.odds(features[400:])).argmax(axis=1)
    assert (said == kinds[400:]).mean() > 0.8


def test_what_weighs_nothing_teaches_nothing() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(200, 30)).astype(np.float32)
    targets = np.eye(3)[random.integers(0, 3, 200)]
    spoilt = targets.copy()
    spoilt[:50] = [1, 0, 0]
    weights = np.where(np.arange(200) < 50, 0.0, 1.0)

    one, other = (learn(features, truth, weights) for truth in (targets, spoilt))

    np.testing.assert_allclose(one.weights, other.weights, atol=1e-3)


def test_log_probabilities_add_up_to_one_and_nothing_asked_stays_unknown() -> None:
    odds = np.array([[3.0, -1.0], [-2.0, 0.5], [np.nan, np.nan]])

    said = np.exp(log_probabilities(odds))

    np.testing.assert_allclose(said[:2].sum(axis=1), 1)
    assert np.isnan(said[2]).all()
