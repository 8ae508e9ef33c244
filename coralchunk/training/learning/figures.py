"""Measure a classifier on pictures that it has not learned from."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.terms import OutputKind

_BINS: Final = 10
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How accurately one label is predicted; None without test data for it."""

    label: str
    pictures: int  # learned from and tested on
    tested: int  # pictures with this label
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a classifier does on the pictures that were left out."""

    learned: int  # pictures
    tested: int
    accuracy: float | None  # share of right labels; of values, R squared
    mean_error: float | None  # of values, absolute
    calibration_error: float | None  # expected, over ten bins
    labels: tuple[LabelFigures, ...]
    #: tested pictures: row the label they have, column the label they were given; of labels by themselves,
    #: one row each: given rightly, given wrongly, missed, rightly not given
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[tuple[float, float, int], ...]  # of each bin: predicted, observed, number


def measure(
    kind: OutputKind, labels: tuple[str, ...], said: Floats, targets: Floats, counts: NDArray[np.intp]
) -> Figures:
    """Compare the predictions for test pictures with their labels.

    The caller adds the number of training pictures.

    said     (N, K) predicted probabilities or values
    targets  (N, K), as in heads.Lessons
    counts   (K,) pictures of each label, tested ones included
    """
    tested = len(said)
    if kind is OutputKind.REGRESSION:
        return _of_values(labels, said, targets, counts)
    given = _given(kind, said)
    shown = targets > 0
    right = given & shown
    label_figures = tuple(
        LabelFigures(
            label,
            int(counts[column]),
            int(shown[:, column].sum()),
            _share(right[:, column].sum(), given[:, column].sum()),
            _share(right[:, column].sum(), shown[:, column].sum()),
        )
        for column, label in enumerate(labels)
    )
    if kind is OutputKind.MULTI_CLASS:
        confusion = shown.astype(int).T @ given.astype(int)
        confidence, was_right = said.max(axis=1), np.asarray(right.any(axis=1))
        accuracy = _share(right.sum(), tested)
    else:
        confusion = np.stack(
            [right.sum(0), (given & ~shown).sum(0), (shown & ~given).sum(0), (~given & ~shown).sum(0)], axis=1
        )
        confidence, was_right = said.ravel(), shown.ravel()
        accuracy = _share((given == shown).sum(), given.size)
    reliability = _reliability(confidence, was_right)
    return Figures(
        learned=0,
        tested=tested,
        accuracy=accuracy,
        mean_error=None,
        calibration_error=_calibration_error(reliability),
        labels=label_figures,
        confusion=tuple(tuple(int(number) for number in row) for row in confusion),
        reliability=reliability,
    )


def _of_values(labels: tuple[str, ...], said: Floats, targets: Floats, counts: NDArray[np.intp]) -> Figures:
    has_target = np.isfinite(targets)
    means = np.array(
        [
            column[known].mean() if known.any() else 0.0
            for column, known in zip(targets.T, has_target.T, strict=True)
        ]
    )
    spread = float(np.nansum((targets - means) ** 2))
    fit = 1 - float(np.nansum((said - targets) ** 2)) / spread if spread else None
    return Figures(
        learned=0,
        tested=len(said),
        accuracy=fit,
        mean_error=float(np.abs(said - targets)[has_target].mean()) if has_target.any() else None,
        calibration_error=None,
        labels=tuple(
            LabelFigures(label, int(counts[column]), int(has_target[:, column].sum()), None, None)
            for column, label in enumerate(labels)
        ),
        confusion=(),
        reliability=(),
    )


def _given(kind: OutputKind, said: Floats) -> NDArray[np.bool_]:
    if kind is OutputKind.MULTI_LABEL:
        return np.asarray(said >= 0.5)
    given = np.zeros(said.shape, dtype=bool)
    given[np.arange(len(said)), said.argmax(axis=1)] = True
    return given


def _share(part: int, of: int) -> float | None:
    return float(part / of) if of else None


def _reliability(confidence: Floats, was_right: NDArray[np.bool_]) -> tuple[tuple[float, float, int], ...]:
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return tuple(
        (
            float(confidence[bins == one].mean()),
            float(was_right[bins == one].mean()),
            int((bins == one).sum()),
        )
        for one in range(_BINS)
        if (bins == one).any()
    )


def _calibration_error(reliability: tuple[tuple[float, float, int], ...]) -> float | None:
    total = sum(count for _, _, count in reliability)
    return sum(abs(said - was) * count for said, was, count in reliability) / total if total else None
