"""Estimate the cover of a survey from a stratified random sample of its chunks that people labelled.

The strata are the labels of the model. Within each, chunks are drawn at random without replacement. Cover is
a ratio of two totals, estimated by the combined ratio estimator with its linearised variance and the finite
population correction (Cochran, "Sampling Techniques", 3rd edition, 1977, sections 5.3 and 6.11); for
chunks of the same weight it is the stratified estimator that Olofsson et al., "Good practices for estimating
area and assessing accuracy of land change" (Remote Sensing of Environment 148, 2014), recommend. The interval
is Wilson's for the number of independent chunks that the sample is worth (as Korn & Graubard, "Confidence
intervals for proportions with small expected number of positive counts", Survey Methodology 24, 1998).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.science.cover import Share
from coralchunk.science.metrics import wilson

Values = NDArray[np.float64]  # (n,), one a labelled chunk of a stratum

FEWEST: Final = 2  # labelled chunks of a stratum, needed for a variance
_Z: Final = 1.959964  # standard normal quantile of a two-sided 95 % interval
_PRIOR: Final = 1.0  # chunks that are added for the variance: no stratum is known to be all alike


@dataclass(frozen=True, slots=True)
class Stratum:
    """The chunks to which the model gave one label."""

    chunks: int  # all of them
    weights: Values  # of the labelled ones: the share of the survey that each is
    known: Values  # 1 where the person could tell, else 0
    coral: Values  # 1 for coral, else 0
    bleached: Values  # 1, or 0.5 for partly bleached, else 0


@dataclass(frozen=True, slots=True)
class Audit:
    """The cover of a survey as its sample tells it."""

    coral: Share
    bleached: Share


def estimate(strata: Sequence[Stratum], more: int = 0) -> Audit:
    """Estimate coral cover (of what people could tell) and bleached cover (of the coral).

    more  labelled chunks that the intervals are for, beyond those that there are: those that would follow are
          taken to be like those before

    Strata without chunks are left out. There is no figure before each has two labelled chunks, or all it has.
    """
    present = [one for one in strata if one.chunks]
    if any(len(one.weights) < min(FEWEST, one.chunks) for one in present) or not present:
        reason = f"too few labelled chunks: at least {FEWEST} of each of the model's labels are needed"
        return Audit(Share(None, None, reason), Share(None, None, reason))
    counts = after(present, more)
    of_all = [_Pair(one, one.weights * one.coral, one.weights * one.known) for one in present]
    of_coral = [_Pair(one, one.weights * one.bleached, one.weights * one.coral) for one in present]
    return Audit(
        _share(of_all, counts, "no labelled chunk shows what it is"),
        _share(of_coral, counts, "no labelled chunk is coral"),
    )


def after(strata: Sequence[Stratum], more: int) -> list[int]:
    """Return how many chunks of each stratum are labelled after some more."""
    sizes = [one.chunks for one in strata]
    counts = [len(one.weights) for one in strata]
    for _ in range(min(more, sum(sizes) - sum(counts))):
        counts[next_stratum(sizes, counts)] += 1
    return counts


def next_stratum(sizes: Sequence[int], taken: Sequence[int]) -> int:
    """Choose the stratum whose chunk is labelled next: half of the chunks by size, half alike for each.

    One of them must have chunks left.
    """
    present = sum(size > 0 for size in sizes)
    total, drawn = sum(sizes), sum(taken)
    behind = [
        (size / total + 1 / present) / 2 * (drawn + 1) - count if count < size else -math.inf
        for size, count in zip(sizes, taken, strict=True)
    ]
    return int(np.argmax(behind))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Numerator and denominator of a share in a stratum, one value a labelled chunk."""

    stratum: Stratum
    part: Values
    whole: Values

    def total(self, values: Values) -> float:
        return float(self.stratum.chunks * values.mean())


def _share(pairs: Sequence[_Pair], counts: Sequence[int], no_whole: str) -> Share:
    whole = sum(pair.total(pair.whole) for pair in pairs)
    if not whole:
        return Share(None, None, no_whole)
    value = min(1.0, sum(pair.total(pair.part) for pair in pairs) / whole)
    labelled = sum(len(pair.part) for pair in pairs)
    smooth = (value * labelled + _PRIOR / 2) / (labelled + _PRIOR) if value in {0.0, 1.0} else value
    variance = sum(_variance(pair, smooth, count) for pair, count in zip(pairs, counts, strict=True))
    if not variance:
        return Share(value, (value, value), None)
    freedom = max(1, sum(counts) - len(counts))
    shrunk = (_Z / _student(0.975, freedom)) ** 2
    worth = shrunk * smooth * (1 - smooth) * whole**2 / variance
    interval = wilson(value * worth, worth)
    return Share(value, (min(value, interval.low), max(value, interval.high)), None)


def _student(share: float, freedom: float) -> float:
    """Return the quantile of Student's t distribution."""
    # Here, because SciPy takes 0.2 s to load, and every web process would do so for this page alone.
    from scipy.special import stdtrit  # noqa: PLC0415

    return float(stdtrit(freedom, share))


def _variance(pair: _Pair, value: float, count: int) -> float:
    """Return the variance of a stratum's total of part - value * whole, for `count` labelled chunks."""
    chunks = pair.stratum.chunks
    if count >= chunks:
        return 0.0
    weight = float(pair.stratum.weights.mean())
    # The prior: a chunk that is divided between one with all of the share and one with none of it.
    residuals = np.append(pair.part - value * pair.whole, [weight * (1 - value), -weight * value])
    times = np.append(np.ones(len(pair.part)), [_PRIOR * value, _PRIOR * (1 - value)])
    middle = np.average(residuals, weights=times)
    spread = float(np.sum(times * (residuals - middle) ** 2)) / max(1.0, float(times.sum()) - 1)
    return chunks**2 * (1 - count / chunks) * spread / count
