"""Turn measured times into figures with their spread, and collect wrong answers.

A figure is a median with the smallest and the largest value: on a shared machine a single number is
meaningless.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from coralchunk.arrays import Probabilities

_TOLERANCE: Final = 0.02  # of a probability: decoders and resizers may differ by a grey level, models may not


class Goal(StrEnum):
    """Which way a figure has to lie of its target."""

    AT_MOST = "at most"
    AT_LEAST = "at least"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    section: str
    what: str
    unit: str
    value: float  # the median, unless `what` says otherwise
    low: float  # the smallest of the rounds
    high: float  # the largest of the rounds
    rounds: int
    goal: Goal | None = None
    target: float | None = None

    @property
    def is_reached(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.goal is None or self.target is None:
            return None
        return self.value <= self.target if self.goal is Goal.AT_MOST else self.value >= self.target


@dataclass(slots=True)
class Findings:
    """What the sections of one run have found so far."""

    figures: list[Figure] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # answers that are not what the model says
    remarks: list[str] = field(default_factory=list)

    def add(self, section: str, what: str, unit: str, values: Sequence[float]) -> Figure:
        """Note the median of some rounds."""
        return self.note(section, what, unit, median(values), values)

    def note(self, section: str, what: str, unit: str, value: float, values: Sequence[float]) -> Figure:
        """Note another summary of some rounds than their median."""
        figure = Figure(section, what, unit, value, min(values), max(values), len(values))
        self.figures.append(figure)
        return figure

    def aim(self, figure: Figure, goal: Goal, target: float) -> None:
        """Set the target of a figure noted before."""
        place = self.figures.index(figure)
        spread = (figure.value, figure.low, figure.high, figure.rounds)
        self.figures[place] = Figure(figure.section, figure.what, figure.unit, *spread, goal, target)

    def compare(self, who: str, expected: Probabilities, found: Probabilities) -> None:
        """Note a wrong answer if two sets of predictions disagree; their largest distance in any case."""
        if expected.shape != found.shape:
            self.wrong.append(f"{who}: {found.shape[0]} chunks instead of {expected.shape[0]}")
            return
        distance = float(np.abs(expected - found).max(initial=0.0))
        if not distance <= _TOLERANCE:  # written so that NaN is wrong too
            self.wrong.append(f"{who}: a probability differs by {distance:.4f}, more than {_TOLERANCE}")


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of all do not exceed, interpolated."""
    return float(np.percentile(np.asarray(values, dtype=np.float64), percent))
