"""Measure how cover changed between two surveys, with an interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coralchunk.science.cover import Difference
from coralchunk.science.photo_resampling import Areas, Parts, corrected_resampled, parts_of, resampled
from coralchunk.science.survey import why_not


@dataclass(frozen=True, slots=True)
class Change:
    """How the two covers of a survey changed."""

    coral: Difference
    bleached: Difference


def cover_change(earlier: Sequence[Areas], later: Sequence[Areas], rng: np.random.Generator) -> Change:
    """Measure the change between two surveys of one place, each a sample of photos of its own.

    The photos of each survey are resampled as in `survey_cover`, independently of the other survey, and the
    interval is that of the difference. Photos that were classified by models with known error rates are also
    corrected, with the rates of one site drawn at random for both surveys: what the model gets wrong at a
    site it gets wrong on both days, and most of it cancels. The interval grows to hold those differences.

    rng  source of the resampling; the same state gives the same interval
    """
    (coral_then, bleached_then), (coral_now, bleached_now) = parts_of(earlier), parts_of(later)
    no_coral, no_bleached = (then or now for then, now in zip(why_not(earlier), why_not(later), strict=True))
    return Change(
        _difference(coral_then, coral_now, no_coral, rng),
        _difference(bleached_then, bleached_now, no_bleached, rng),
    )


def _difference(earlier: Parts, later: Parts, reason: str | None, rng: np.random.Generator) -> Difference:
    if reason is not None:
        return Difference(None, None, reason)
    value = later.value - earlier.value
    bounds = [value, *_middle(resampled(later, rng) - resampled(earlier, rng))]
    if any(rates is not None for parts in (earlier, later) for rates in parts.rates):
        site = int(rng.integers(2**63))
        then, now = (
            corrected_resampled(parts, rng, np.random.default_rng(site)) for parts in (earlier, later)
        )
        bounds += _middle(now - then)
    return Difference(value, (min(bounds), max(bounds)), None)


def _middle(differences: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float]:
    """Return the bounds of the middle 95 %."""
    low, high = np.quantile(differences, (0.025, 0.975)).tolist()
    return [low, high]
