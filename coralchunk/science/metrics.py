"""Compute the metrics of classifiers from predictions and true labels.

Truth is a column number (the order of terms.CLASSES), or a row of shares where a chunk is partly bleached.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Truth = NDArray[np.int64]  # (N,), columns of the probabilities
Scores = NDArray[np.float64] | NDArray[np.float32]
Counts = NDArray[np.int64]

_Z: Final = 1.959964  # standard normal quantile of a two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """One bin of a reliability diagram."""

    confidence: float  # mean largest probability
    accuracy: float  # share that was right
    count: int


def confusion(truth: Truth, said: Truth, classes: int) -> Counts:
    """Return the confusion matrix: (classes, classes), a row for each truth, a column for each prediction."""
    table = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(table, (truth, said), 1)
    return table


def recalls(table: Counts) -> NDArray[np.float64]:
    """Return each class's share that was found; NaN for a class that never occurs."""
    return _share(np.diag(table), table.sum(axis=1))


def precisions(table: Counts) -> NDArray[np.float64]:
    """Return the precision of each class; NaN for a class that was never predicted."""
    return _share(np.diag(table), table.sum(axis=0))


def balanced_accuracy(table: Counts) -> float:
    """Average the recalls of the classes that occur; NaN when nothing was classified."""
    found = recalls(table)
    found = found[~np.isnan(found)]
    return float(found.mean()) if len(found) else math.nan


def roc_auc(positive: NDArray[np.bool_], score: Scores) -> float:
    """Return the chance that a positive scores above a negative; ties count half, NaN if one is missing.

    positive  (N,) which ones are positive
    score     (N,) higher for what looks positive
    """
    total, ups = len(positive), int(positive.sum())
    if ups in (0, total):
        return math.nan
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle_rank = last - (counts - 1) / 2
    above = middle_rank[place][positive].sum() - ups * (ups + 1) / 2
    return float(above / (ups * (total - ups)))


def reliability(truth: Truth, probabilities: Scores, bins: int = 15) -> list[Calibration]:
    """Sort answers by confidence into `bins` of equal width; empty bins are left out.

    truth          (N,) columns
    probabilities  (N, C), rows adding up to 1
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    return [
        Calibration(float(confidence[here].mean()), float(right[here].mean()), int(here.sum()))
        for here in (place == number for number in range(bins))
        if here.any()
    ]


def calibration_error(truth: Truth, probabilities: Scores, bins: int = 15) -> float:
    """Return the expected calibration error: the mean difference of confidence and accuracy (Guo 2017)."""
    found = reliability(truth, probabilities, bins)
    total = sum(one.count for one in found)
    if not total:
        return math.nan
    return sum(one.count * abs(one.accuracy - one.confidence) for one in found) / total


def precision_at_recall(positive: NDArray[np.bool_], score: Scores, recall: float) -> float:
    """Return the best precision among thresholds that find at least `recall` of the positives."""
    if not positive.any():
        return math.nan
    order = np.argsort(-score, kind="stable")
    found = np.cumsum(positive[order])
    called = np.arange(1, len(order) + 1)
    # Answers with one score stand or fall together.
    whole = np.append(np.diff(score[order]) != 0, True)
    enough = whole & (found >= recall * positive.sum() - 1e-9)
    return float((found[enough] / called[enough]).max())


def wilson(right: float, total: float) -> Interval:
    """Bound a share of `total` independent trials (Wilson 1927); 0 to 1 when there were none.

    Dependent trials may be given as the smaller number of independent ones that they are worth.
    """
    if total == 0:
        return Interval(0.0, 1.0)
    share, spread = right / total, _Z**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def _share(part: Counts, whole: Counts) -> NDArray[np.float64]:
    shares = np.full(len(whole), np.nan)
    occurs = whole > 0
    shares[occurs] = part[occurs] / whole[occurs]
    return shares
