"""Measure what was said of held-out patches: the figures of the card, with intervals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.science import metrics
from coralchunk.science.metrics import Interval
from research.table import Table

CLASSES: Final = ("bleached", "healthy", "not_coral")
_DRAWS: Final = 400
_RECALL: Final = 0.85  # at which bleached precision is compared

Scores = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number with its 95 % interval."""

    value: float
    interval: Interval

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "-"
        return f"{self.value:.3f} ({self.interval.low:.2f} to {self.interval.high:.2f})"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well patches of one place were classified."""

    patches: int
    confusion: metrics.Counts
    balanced_accuracy: Figure
    recalls: tuple[Figure, ...]
    precisions: tuple[Figure, ...]
    bleached_precision: Figure  # at recall 0.85
    bleached_auc: Figure  # bleached against healthy, among coral
    coral_auc: Figure
    calibration_error: Figure


def truth(table: Table) -> NDArray[np.int64]:
    """Return each row's class as a column; -1 where it is partly bleached."""
    return np.array([CLASSES.index(label) if label in CLASSES else -1 for label in table.labels])


def classify(said: Scores, table: Table, chosen: Marks) -> Judgement:
    """Measure the chosen rows; partly bleached ones are left out, because they have no single true label.

    said  (N, 3) predicted probabilities for all rows
    """
    real = truth(table)
    rows = np.flatnonzero(chosen & (real >= 0))
    counted = metrics.confusion(real[rows], said[rows].argmax(axis=1), len(CLASSES))
    places = [rows[table.photos[rows] == photo] for photo in np.unique(table.photos[rows])]

    def by_photo(measure: Callable[[NDArray[np.int64]], float]) -> Figure:
        return _bootstrap(measure, rows, places)

    return Judgement(
        len(rows),
        counted,
        by_photo(lambda drawn: metrics.balanced_accuracy(_counted(said, real, drawn))),
        tuple(_wilson(counted[place, place], counted[place].sum()) for place in range(len(CLASSES))),
        tuple(_wilson(counted[place, place], counted[:, place].sum()) for place in range(len(CLASSES))),
        by_photo(lambda drawn: metrics.precision_at_recall(real[drawn] == 0, said[drawn, 0], _RECALL)),
        by_photo(lambda drawn: _bleached_auc(said[drawn], real[drawn])),
        by_photo(lambda drawn: metrics.roc_auc(real[drawn] < 2, 1 - said[drawn, 2])),
        by_photo(lambda drawn: metrics.calibration_error(real[drawn], said[drawn])),
    )


def balanced_accuracy(said: Scores, table: Table, chosen: Marks) -> float:
    """Average the recalls of the chosen rows, without an interval."""
    real = truth(table)
    return metrics.balanced_accuracy(_counted(said, real, np.flatnonzero(chosen & (real >= 0))))


def called_bleached(said: Scores, chosen: Marks, unsure_below: float) -> Figure:
    """Return the share of the chosen rows that are predicted as bleached."""
    called = (said[chosen].argmax(axis=1) == 0) & (said[chosen].max(axis=1) >= unsure_below)
    return _wilson(int(called.sum()), len(called))


def _counted(said: Scores, real: NDArray[np.int64], rows: NDArray[np.int64]) -> metrics.Counts:
    return metrics.confusion(real[rows], said[rows].argmax(axis=1), len(CLASSES))


def _bleached_auc(said: Scores, real: NDArray[np.int64]) -> float:
    coral = real < 2
    share = said[coral, 0] / (said[coral, 0] + said[coral, 1] + 1e-12)
    return metrics.roc_auc(real[coral] == 0, share)


def _wilson(right: int, total: int) -> Figure:
    return Figure(right / total if total else np.nan, metrics.wilson(int(right), int(total)))


def _bootstrap(
    measure: Callable[[NDArray[np.int64]], float],
    rows: NDArray[np.int64],
    photos: list[NDArray[np.int64]],
) -> Figure:
    """Draw photos, not patches: patches of one photo are alike."""
    value = measure(rows)
    if np.isnan(value):
        return Figure(value, Interval(0, 1))
    random = np.random.default_rng(0)
    draws = [
        measure(np.concatenate([photos[place] for place in random.integers(len(photos), size=len(photos))]))
        for _ in range(_DRAWS)
    ]
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return Figure(value, Interval(float(low), float(high)))
