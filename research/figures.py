"""Draw the small plots of the model card."""

from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from numpy.typing import NDArray

from coralchunk.science.metrics import Counts, reliability

mpl.use("Agg")

_NAMES: Final = ("bleached", "healthy", "not coral")
_DPI: Final = 80
_BINS: Final = 10


def confusion_picture(table: Counts, path: Path) -> None:
    """Draw the confusion matrix, as shares of each true class with the counts."""
    picture, axes = _axes(4.2, 3.6)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row in range(len(_NAMES)):
        for column in range(len(_NAMES)):
            dark = shares[row, column] > 0.5
            words = f"{shares[row, column]:.0%}\n{table[row, column]}"
            axes.text(column, row, words, ha="center", va="center", color="white" if dark else "black")
    axes.set_xticks(range(3), _NAMES)
    axes.set_yticks(range(3), _NAMES)
    axes.set_xlabel("said")
    axes.set_ylabel("labelled")
    _save(picture, path)


def reliability_picture(curves: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]], path: Path) -> None:
    """Draw the reliability diagram; one curve for each named pair of truth and predictions."""
    picture, axes = _axes(4.2, 3.6)
    axes.plot([1 / 3, 1], [1 / 3, 1], color="grey", linewidth=1, linestyle=":")
    for marker, (name, (real, said)) in zip("os^D", curves.items(), strict=False):
        bins = reliability(real, said, _BINS)
        sizes = [12 + 120 * one.count / len(real) for one in bins]
        confidence, accuracy = [one.confidence for one in bins], [one.accuracy for one in bins]
        axes.plot(confidence, accuracy, linewidth=1)
        axes.scatter(confidence, accuracy, s=sizes, marker=marker, label=name)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share that was right")
    axes.legend(fontsize=8)
    _save(picture, path)


def risk_picture(
    curves: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]],
    threshold: dict[str, float],
    path: Path,
) -> None:
    """Paint how the share of wrong answers grows with the share answered; a dot where the model stops."""
    picture, axes = _axes(4.2, 3.6)
    for name, (coverage, risk) in curves.items():
        (line,) = axes.plot(coverage, risk, linewidth=1.5, label=name)
        place = int(np.searchsorted(coverage, threshold[name]))
        place = min(place, len(risk) - 1)
        axes.scatter([coverage[place]], [risk[place]], color=line.get_color(), zorder=3)
    axes.set_xlabel("share answered (the rest: unsure)")
    axes.set_ylabel("share of answers that are wrong")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8)
    _save(picture, path)


def interval_picture(intervals: dict[str, list[tuple[float, float, float]]], path: Path) -> None:
    """Draw labelled cover against the interval that was measured, one panel for each kind of cover.

    intervals  by the name of the panel: low, high and labelled cover
    """
    picture = Picture(figsize=(3.4 * len(intervals), 3.4), layout="constrained")
    for number, (name, found) in enumerate(intervals.items(), start=1):
        axes = picture.add_subplot(1, len(intervals), number)
        axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle=":")
        for low, high, labelled in found:
            holds = low <= labelled <= high
            axes.plot(
                [labelled, labelled], [low, high], linewidth=1.5, color="tab:blue" if holds else "tab:red"
            )
        axes.set_xlabel(f"labelled {name}")
        axes.set_ylabel("95 % interval")
    _save(picture, path)


def _axes(width: float, height: float) -> tuple[Picture, Axes]:
    picture = Picture(figsize=(width, height), layout="constrained")
    return picture, picture.add_subplot()


def _save(picture: Picture, path: Path) -> None:
    picture.savefig(path, dpi=_DPI, metadata={"Software": None})
