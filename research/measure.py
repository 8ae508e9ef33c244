"""Calibrate and refine the held-out answers, and choose when the model says that it is unsure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from coralchunk.science.neighbours import Neighbourhood
from research import neighbours
from research.calibration import Scaling, cross_calibrated, fit
from research.evaluation import truth
from research.heads import Scores, log_probabilities
from research.held_out import WAYS, Answers
from research.table import Marks, Table

_RIGHT: Final = 0.97  # share of the answers for chunks of surveys that must be right, also on a sea left out
_THRESHOLDS: Final = np.arange(0.5, 0.96, 0.01)
_FAR: Final = 0.99  # share of a left-out sea that must count as near


@dataclass(frozen=True, slots=True)
class Measured:
    """Calibrated probabilities of patches that the model asked never saw; NaN where none was asked."""

    said: dict[str, Scores]  # (N, 3) by what was left out: photo, sea, collection
    single: dict[str, Scores]  # the same, as if each patch were a photo of its own
    scaling: Scaling  # for the model that learns from everything
    neighbourhood: Neighbourhood  # of chunks in their photo; `single` goes without
    unsure_below: float
    far: float
    note: str  # how the answers came about


def measure(answers: Mapping[str, Answers], table: Table, note: str) -> Measured:
    """Calibrate each part by what was said of the others with their photos left out.

    A left-out sea is no guide to the calibration: which classes are missed there differs from sea to sea.
    """
    photo = log_probabilities(answers["photo"].odds)
    said, single = {}, {}
    for way, splits in WAYS.items():
        for kept, odds in ((said, answers[way].odds), (single, answers[way].single)):
            scores = log_probabilities(odds)
            parts = (marks for _, marks in splits(table))
            kept[way] = cross_calibrated(scores, photo, table.targets, table.classified, parts)
    alone = said["photo"]
    for way, splits in WAYS.items():
        parts = (marks for _, marks in splits(table))
        said[way] = neighbours.cross_refined(said[way], alone, table, parts)
    return Measured(
        said,
        single,
        fit(photo[table.classified], table.targets[table.classified], np.ones(int(table.classified.sum()))),
        neighbours.fit(alone, table, neighbours.beside_others(table)),
        unsure_below(said, table),
        round(float(np.nanquantile(answers["sea"].distance[table.classified], _FAR)), 2),
        note,
    )


def unsure_below(said: Mapping[str, Scores], table: Table) -> float:
    """Return the lowest threshold over which the answers are right often enough, or the highest one."""
    chosen = surveys(table)

    def right(way: str, threshold: float) -> float:
        sure = chosen & (said[way].max(axis=1) >= threshold)
        return float((said[way].argmax(axis=1) == truth(table))[sure].mean()) if sure.any() else 1.0

    enough = (one for one in _THRESHOLDS if min(right("photo", one), right("sea", one)) >= _RIGHT)
    return round(float(next(enough, _THRESHOLDS[-1])), 2)


def surveys(table: Table) -> Marks:
    """Mark the patches of surveys that have one true class."""
    return table.classified & (truth(table) >= 0) & ~np.char.startswith(table.sites, "web")
