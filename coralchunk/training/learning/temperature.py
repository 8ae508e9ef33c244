"""Calibrate probabilities: scale logits by one temperature (Guo et al. 2017).

Fifty pictures that were all classified correctly do not prove a probability of 1: the targets are smoothed by
the number of pictures, as Platt (1999) did for sigmoids.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from coralchunk.terms import OutputKind

_BOUNDS: Final = (np.log(0.1), np.log(10.0))


def probabilities(kind: OutputKind, logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what logits say: probabilities that add up to 1, one for each label by itself, or values."""
    if kind is OutputKind.REGRESSION:
        return logits
    if kind is OutputKind.MULTI_LABEL:
        return np.asarray(0.5 * (1 + np.tanh(logits / 2)))
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def log_loss(kind: OutputKind, logits: NDArray[np.float64], targets: NDArray[np.float64]) -> float:
    """Return the mean loss: of probabilities the log loss, of values the squared error."""
    if kind is OutputKind.REGRESSION:
        return float(np.nanmean((logits - targets) ** 2))
    if kind is OutputKind.MULTI_LABEL:
        return float(np.mean(np.logaddexp(0, logits) - targets * logits))
    highest = logits.max(axis=1)
    total = highest + np.log(np.exp(logits - highest[:, np.newaxis]).sum(axis=1))
    return float(np.mean(total - (logits * targets).sum(axis=1)))


def best_temperature(kind: OutputKind, logits: NDArray[np.float64], targets: NDArray[np.float64]) -> float:
    """Return the temperature with the least log loss on pictures that were not learned from; 1 for values."""
    if kind is OutputKind.REGRESSION:
        return 1.0
    targets = _smoothed(kind, targets)
    found = minimize_scalar(
        lambda exponent: log_loss(kind, logits / np.exp(exponent), targets), bounds=_BOUNDS, method="bounded"
    )
    return float(np.exp(found.x))


def _smoothed(kind: OutputKind, targets: NDArray[np.float64]) -> NDArray[np.float64]:
    count, labels = targets.shape
    doubt = 1 / (count + 2)
    if kind is OutputKind.MULTI_LABEL:
        return np.asarray(doubt + (1 - 2 * doubt) * targets)
    return np.asarray((1 - doubt) * targets + doubt * (1 - targets) / max(1, labels - 1))
