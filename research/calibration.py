"""Calibrate probabilities on what was said of held-out patches."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import softmax

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
        return np.asarray(softmax(logits / self.temperature + np.array(self.shift), axis=1))


def fit(logits: Scores, targets: Scores, weights: Scores) -> Scaling:
    """Find the scaling under which the targets are likeliest (Guo 2017, with a shift for each class)."""

    def surprise(found: Scores) -> float:
        shift = np.array([found[1], found[2], 0.0])
        said = softmax(logits / np.exp(found[0]) + shift, axis=1)
        loss = -(targets * np.log(said + 1e-12)).sum(axis=1)
        return float(np.average(loss, weights=weights) + _SHIFT_PENALTY * (shift**2).sum())

    found = minimize(surprise, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-7}).x
    return Scaling(float(np.exp(found[0])), (float(found[1]), float(found[2]), 0.0))


def cross_calibrated(
    logits: Scores, fitted_on: Scores, targets: Scores, classified: Marks, splits: Iterator[Marks]
) -> Scores:
    """Calibrate each part by what was fitted on the others, so that figures are of untouched patches.

    fitted_on  the held-out log scores that the scaling is fitted on, laid out like `logits`
    """
    said = np.full_like(logits, np.nan)
    for held_out in splits:
        others = classified & ~held_out
        scaling = fit(fitted_on[others], targets[others], np.ones(int(others.sum())))
        said[held_out] = scaling(logits[held_out])
    return said


def risk_coverage(right: Marks, confidence: Scores) -> tuple[Scores, Scores, Scores]:
    """Answer the surest first: thresholds, the share answered, and the share of those that is wrong."""
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(order) + 1)
    return confidence[order], answered / len(order), np.cumsum(~right[order]) / answered
