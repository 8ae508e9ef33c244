"""What was said of held-out patches and what they were -> probabilities that mean what they say."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from research.network import softmax

Scores = NDArray[np.float64]

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
    logits: Scores, targets: Scores, weights: Scores, splits: Iterator[NDArray[np.bool_]]
) -> Scores:
    """Calibrate each part by what was fitted on the others, so that figures are of untouched patches."""
    said = np.zeros_like(logits)
    for held_out in splits:
        if held_out.any():
            said[held_out] = fit(logits[~held_out], targets[~held_out], weights[~held_out])(logits[held_out])
    return said


def risk_coverage(right: NDArray[np.bool_], confidence: Scores) -> tuple[Scores, Scores, Scores]:
    """Answer the surest first: returns thresholds, the share answered, and the share of those that is wrong."""
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(order) + 1)
    return confidence[order], answered / len(order), np.cumsum(~right[order]) / answered
