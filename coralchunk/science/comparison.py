"""Compare two models on the same chunks.

Chunks of one photo depend on each other, photos do not. So photos are compared: for each one, by how many
right chunks the first model leads. If neither model were better, each lead could as well have the opposite
sign. The p-value is the share of all choices of signs whose sum of leads is at least the observed one: a
permutation test, exact for few photos. At least five photos are needed for 95 % certainty.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_EXACT: Final = 14  # photos, up to which all choices of signs are tried
_DRAWN: Final = 20_000  # choices of signs, and samples of photos, where not all are tried
_LEVEL: Final = 0.05

Right = NDArray[np.bool_]  # (N,) whether a model is right for each chunk


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two models do on the same chunks."""

    chunks: int
    photos: int
    first: float  # share of the chunks for which the first model is right
    second: float
    interval: tuple[float, float]  # of the difference, 95 %, by resampling photos
    p_value: float  # of the first being no better
    second_right: int  # chunks
    kept: int  # of these, the ones for which the first model is right too

    @property
    def is_better(self) -> bool:
        """Whether the first model is better with 95 % certainty."""
        return self.p_value <= _LEVEL


def compare(first: Right, second: Right, photos: NDArray[np.intp], random: np.random.Generator) -> Comparison:
    """Compare two models.

    photos  (N,) number of the photo of each chunk
    """
    _, place = np.unique(photos, return_inverse=True)
    sizes = np.asarray(np.bincount(place), dtype=np.float64)
    leads = np.asarray(np.bincount(place, weights=first.astype(np.float64) - second), dtype=np.float64)
    return Comparison(
        chunks=len(first),
        photos=len(sizes),
        first=float(first.mean()),
        second=float(second.mean()),
        interval=_interval(leads, sizes, random),
        p_value=_p_value(leads[leads != 0], random),
        second_right=int(second.sum()),
        kept=int((first & second).sum()),
    )


def _p_value(leads: NDArray[np.float64], random: np.random.Generator) -> float:
    if len(leads) <= _EXACT:
        choices = np.arange(2 ** len(leads))[:, np.newaxis] >> np.arange(len(leads)) & 1
        return float(np.mean((2 * choices - 1) @ leads >= leads.sum()))
    choices = random.integers(0, 2, (_DRAWN, len(leads)))
    # The observed signs are one of the choices.
    return float((1 + np.sum((2 * choices - 1) @ leads >= leads.sum())) / (1 + _DRAWN))


def _interval(
    leads: NDArray[np.float64], sizes: NDArray[np.float64], random: np.random.Generator
) -> tuple[float, float]:
    drawn = random.integers(0, len(leads), (_DRAWN // 10, len(leads)))
    low, high = np.quantile(leads[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), (0.025, 0.975))
    return float(low), float(high)
