"""Fit the calibration of probabilities on held-out patches."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from research.network import softmax

Scores = NDArray[np.float64]
Marks = NDArray[np.bool_]

_SHIFT_PENALTY: Final = 0.01  # keeps the class shifts small where there is little to fit them on


@dataclass(frozen=True, slots=True)
class Scaling:
    """A temperature, and how much commoner or rarer each class is than in training."""

    temperature: float
    shift: tuple[float, float, float]

    def __call__(self, logits: Scores) -> Scores:
        """Turn raw log scores into calibrated probabilities."""
        return softmax(logits / self.temperature + np.array(self.shift))


def fit(logits: Scores, targets: Scores, weights: Scores) -> Scaling:
    """Find the scaling under which the targets are likeliest (Guo 2017, with a shift for each class)."""

    def surprise(found: Scores) -> float:
        shift = np.array([found[1], found[2], 0.0])
        said = softmax(logits / np.exp(found[0]) + shift)
        loss = -(targets * np.log(said + 1e-12)).sum(axis=1)
        return float(np.average(loss, weights=weights) + _SHIFT_PENALTY * (shift**2).sum())

    found = minimize(surprise, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-7}).x
    return Scaling(float(np.exp(found[0])), (float(found[1]), float(found[2]), 0.0))


def cross_calibrated(
    logits: Scores, fitted_on: list[Scores], targets: Scores, classified: Marks, splits: Iterator[Marks]
) -> Scores:
    """Calibrate each part by what was fitted on the others, so that figures are of untouched patches.

    fitted_on  the held-out log scores that the scaling is fitted on, each laid out like `logits`
    """
    said = np.zeros_like(logits)
    for held_out in splits:
        others = classified & ~held_out
        said[held_out] = fit_all([scores[others] for scores in fitted_on], targets[others])(logits[held_out])
    return said


def fit_all(scores: list[Scores], targets: Scores) -> Scaling:
    """Fit one scaling to several sets of held-out scores of the same patches, each counting alike."""
    stacked = np.concatenate(scores)
    return fit(stacked, np.tile(targets, (len(scores), 1)), np.ones(len(stacked)))


def threshold(right: Marks, confidence: Scores, risk: float) -> float:
    """Return the least confidence above which at most `risk` of the answers are wrong."""
    confidences, _, wrong = risk_coverage(right, confidence)
    within = np.flatnonzero(wrong <= risk)
    return float(confidences[within[-1]]) if len(within) else 1.0


def risk_coverage(right: Marks, confidence: Scores) -> tuple[Scores, Scores, Scores]:
    """Answer the surest first: thresholds, the share answered, and the share of those that is wrong."""
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(order) + 1)
    return confidence[order], answered / len(order), np.cumsum(~right[order]) / answered
