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

_UNSURE: Final = 0.08  # share of the chunks of surveys that are left unanswered
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
        round(float(np.quantile(said["photo"][surveys(table)].max(axis=1), _UNSURE)), 2),
        round(float(np.nanquantile(answers["sea"].distance[table.classified], _FAR)), 2),
        note,
    )


def surveys(table: Table) -> Marks:
    """Mark the patches of surveys that have one true class."""
    return table.classified & (truth(table) >= 0) & ~np.char.startswith(table.sites, "web")
