"""Fit how much the answers for the chunks around a chunk count, on photos that were left out."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import numpy as np

from coralchunk.science.neighbours import Neighbourhood, refined
from research.heads import Scores
from research.table import Marks, Table

#: Chosen among 0 to 2.2 and 2, 3, 4 and 6 by the surprise (log loss) of the photos and the seas left out; its
#: minimum is flat.
_WEIGHT: Final = 1.2
_LARGEST: Final = 2.0
_TEMPERATURES: Final = np.linspace(0.5, 3, 101)


def refine(said: Scores, table: Table, temperature: float) -> Scores:
    """Refine the probabilities of labelled chunks by those of the labelled chunks around them.

    said  (N, 3) of all rows; other rows, and chunks without a labelled neighbour, stay as they are
    """
    found = said.copy()
    how = Neighbourhood(_WEIGHT, _LARGEST, temperature)
    for rows in _photos(table):
        columns, down = table.cells[rows].T
        across = int(columns.max()) + 1
        whole = np.full(((int(down.max()) + 1) * across, 3), np.nan)
        whole[down * across + columns] = said[rows]
        found[rows] = refined(whole, across, how)[down * across + columns]
    return found


def beside_others(table: Table) -> Marks:
    """Mark the labelled chunks with a labelled chunk beside them."""
    marks = np.zeros(len(table.labels), dtype=bool)
    for rows in _photos(table):
        apart = np.abs(table.cells[rows][:, np.newaxis] - table.cells[rows]).max(axis=2)
        marks[rows] = (apart == 1).any(axis=1)
    return marks


def fit(said: Scores, table: Table, rows: Marks) -> Neighbourhood:
    """Find the temperature under which the labels of these rows are likeliest; the same for all classes."""

    def surprise(temperature: float) -> float:
        likely = refine(said, table, temperature)[rows]
        return float(-(table.targets[rows] * np.log(likely + 1e-12)).sum(axis=1).mean())

    return Neighbourhood(_WEIGHT, _LARGEST, round(float(min(_TEMPERATURES, key=surprise)), 3))


def cross_refined(said: Scores, fitted_on: Scores, table: Table, splits: Iterator[Marks]) -> Scores:
    """Refine each part with a temperature fitted on the others, so that figures are of untouched rows.

    fitted_on  the held-out probabilities that the temperature is fitted on, laid out like `said`
    """
    found, beside = said.copy(), beside_others(table)
    for held_out in splits:
        how = fit(fitted_on, table, beside & ~held_out)
        found[held_out] = refine(said, table, how.temperature)[held_out]
    return found


def _photos(table: Table) -> Iterator[np.ndarray]:
    """Go through the photos with the rows of their labelled chunks of the grid."""
    rows = defaultdict(list)
    for row in np.flatnonzero(table.classified & table.whole & ~np.char.startswith(table.sites, "web")):
        rows[table.photos[row]].append(row)
    yield from (np.array(some) for some in rows.values())
