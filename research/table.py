"""The labelled patches as columns, and the parts of them that are left out to measure a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

#: The site of pictures that were drawn; they are of no sea.
DRAWN: Final = "drawn"
_FOLDS: Final = 5

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Table:
    """Labelled patches, a row each."""

    targets: NDArray[np.float64]  # (N, 3)
    trust: NDArray[np.float64]
    classified: NDArray[np.bool_]
    labels: NDArray[np.str_]
    sites: NDArray[np.str_]
    groups: NDArray[np.str_]
    photos: NDArray[np.str_]
    whole: NDArray[np.bool_]  # a chunk of the grid, as the server cuts it
    cells: NDArray[np.int64]  # (N, 2): column and row in the grid of its photo; of whole chunks alone


def by_group(table: Table) -> Iterator[tuple[str, Marks]]:
    """Split into five parts that share no photo, mosaic or near-duplicate; yields their names and rows."""
    places = np.zeros(len(table.groups))
    folds = GroupKFold(min(_FOLDS, len(np.unique(table.groups))))
    for number, (_, left_out) in enumerate(folds.split(places, groups=table.groups)):
        marks = np.zeros(len(places), dtype=bool)
        marks[left_out] = True
        yield f"photos {number + 1}", marks


def by_sea(table: Table) -> Iterator[tuple[str, Marks]]:
    """Leave out one sea after the other, what stands before a dash in a site's name; photos if there is one.

    Both web collections are one sea, for they share photographers.
    """
    seas = np.array([site.split("-")[0] for site in table.sites])
    real = np.unique(seas[seas != DRAWN])
    if len(real) == 1:
        yield from by_group(table)
        return
    for sea in real:
        yield str(sea), seas == sea


def by_collection(table: Table) -> Iterator[tuple[str, Marks]]:
    """Leave out one collection of web photos after the other; the other one is still learned from."""
    for site in np.unique(table.sites):
        if site.startswith("web-"):
            yield str(site), table.sites == site


def chances(table: Table, left_out: Marks) -> NDArray[np.float64]:
    """Return how often each patch is drawn: a site and class counts as the root of its size.

    So no site and no class drowns another. What is left out is never drawn.
    """
    trust = np.where(left_out, 0.0, table.trust)
    kinds = np.char.add(np.char.add(table.sites, "/"), table.labels)
    _, kind = np.unique(kinds, return_inverse=True)
    sizes = np.bincount(kind, weights=trust)
    weights = trust / np.sqrt(np.maximum(sizes, 1e-9)[kind])
    return np.asarray(weights / weights.sum())
