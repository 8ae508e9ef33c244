"""Refine the probabilities of each chunk by those of the chunks around it."""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Probabilities

_LEAST: Final = 1e-6  # smallest probability that is told apart from 0
_DIAGONAL: Final = 0.5  # how much a chunk at a corner counts, compared with one at an edge
_AROUND: Final = {
    (down, right): _DIAGONAL if down and right else 1.0
    for down, right in product((-1, 0, 1), repeat=2)
    if down or right
}

Odds = NDArray[np.float64]  # (..., 2): log odds of coral, and of bleached among coral


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """How much a model's answers for the chunks around a chunk count; measured for each model."""

    weight: float  # of the mean of the neighbours' log odds; the chunk's own count once
    largest: float  # log odds of a neighbour beyond this count as this
    temperature: float  # by which the sum is divided, so that the probabilities stay calibrated


def refined(probabilities: Probabilities, across: int, how: Neighbourhood) -> Probabilities:
    """Add to the log odds of each chunk the weighted mean of those of the up to eight chunks around it.

    Colonies, rock and sand are mostly larger than one chunk, so neighbours are evidence. This is one step of
    inference in a conditional random field (Kumar and Hebert 2006) whose links are the same for all classes.
    Whether a neighbour is bleached counts as far as it is coral.

    probabilities  (N, 3) of bleached, healthy and not coral, row by row; NaN for a chunk without data
    across         chunks in a row

    Returns the same shape and dtype. A chunk without neighbours, or with none that has data, stays as it is.
    """
    known = ~np.isnan(probabilities[:, 0])
    shares = np.clip(np.nan_to_num(probabilities.astype(np.float64)), _LEAST, 1)
    bleached, healthy, not_coral = shares.T
    odds = np.stack([np.log((bleached + healthy) / not_coral), np.log(bleached / healthy)], axis=1)
    evidence = np.clip(odds, -how.largest, how.largest)
    evidence[:, 1] *= np.minimum(bleached + healthy, 1)
    mean, has_neighbours = _mean_around(evidence, known, across)
    found = _probabilities((odds + how.weight * mean) / how.temperature)
    return np.where((known & has_neighbours)[:, np.newaxis], found, probabilities).astype(probabilities.dtype)


def _mean_around(evidence: Odds, known: NDArray[np.bool_], across: int) -> tuple[Odds, NDArray[np.bool_]]:
    """Return the weighted mean of the known neighbours of each chunk, and which chunks have any."""
    counted = np.concatenate([evidence, np.ones((len(evidence), 1))], axis=1) * known[:, np.newaxis]
    padded = np.pad(counted.reshape(-1, across, 3), ((1, 1), (1, 1), (0, 0)))
    down, right = padded.shape[0] - 2, across
    total = np.zeros((down, right, 3))
    for (row, column), weight in _AROUND.items():
        total += weight * padded[1 + row : 1 + row + down, 1 + column : 1 + column + right]
    flat = total.reshape(-1, 3)
    return flat[:, :2] / np.maximum(flat[:, 2:], _DIAGONAL), flat[:, 2] > 0


def _probabilities(odds: Odds) -> NDArray[np.float64]:
    coral, pale = (1 / (1 + np.exp(-odds))).T
    return np.stack([coral * pale, coral * (1 - pale), 1 - coral], axis=1)
