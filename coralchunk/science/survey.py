"""Measure the coral cover and the bleached cover of a survey, with intervals, from its photos."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.science.cover import Cover, Share, severity
from coralchunk.science.metrics import wilson

_LEAST_PHOTOS: Final = 3
_LEAST_CORAL: Final = 4  # chunks of coral in all photos, needed for a bleached cover
_REPLICATES: Final = 2000
_Z: Final = 1.959964  # standard normal quantile of a two-sided 95 % interval

Shares = NDArray[np.float64]  # (N,), one number a photo


@dataclass(frozen=True, slots=True)
class Areas:
    """What was measured in one photo. Chunks that the model is unsure of count nowhere."""

    bleached_px: int
    coral_px: int  # bleached or not
    judged_px: int  # coral or not
    coral_chunks: int


def survey_cover(photos: Sequence[Areas], rng: np.random.Generator) -> Cover:
    """Measure a survey.

    Each photo has the same weight, whatever its size, as quadrats have (English, Wilkinson & Baker, "Survey
    Manual for Tropical Marine Resources", 1997): coral cover is the mean of the photos' shares,
    bleached cover the sum of their bleached shares over the sum of their coral shares.

    The intervals come from a cluster bootstrap: whole photos are drawn, as chunks of one photo resemble each
    other. With few photos its percentiles are too narrow, so they are widened as in Hesterberg, "What
    teachers should know about the bootstrap" (American Statistician, 2015, section 5): for 3 photos to nearly
    all resamples. They say how much the figure would vary between similar photos of the same place; they do
    not include the errors of the model.

    rng  source of the resampling; the same state gives the same intervals
    """
    seen = [photo for photo in photos if photo.judged_px]
    bleached, coral = (
        np.array([getattr(photo, name) / photo.judged_px for photo in seen], dtype=np.float64)
        for name in ("bleached_px", "coral_px")
    )
    chunks = sum(photo.coral_chunks for photo in photos)
    bleached_share = (
        _share(bleached, coral, "with coral", rng)
        if chunks >= _LEAST_CORAL or len(photos) < _LEAST_PHOTOS
        else Share(None, None, f"too few chunks of coral: {chunks}, at least {_LEAST_CORAL} are needed")
    )
    coral_share = _share(coral, np.ones_like(coral), "with chunks that the model is sure of", rng)
    return Cover(coral_share, bleached_share, severity(bleached_share.value, bleached_share.interval))


def _share(part: Shares, whole: Shares, which: str, rng: np.random.Generator) -> Share:
    part, whole = part[whole > 0], whole[whole > 0]
    if len(whole) < _LEAST_PHOTOS:
        return Share(None, None, f"too few photos {which}: {len(whole)}, at least {_LEAST_PHOTOS} are needed")
    value = float(part.sum() / whole.sum())
    return Share(value, _interval(part, whole, value, rng), None)


def _interval(part: Shares, whole: Shares, value: float, rng: np.random.Generator) -> tuple[float, float]:
    photos = len(whole)
    if value in {0.0, 1.0}:
        # Resampling cannot produce values that were not observed; a photo is one independent sample.
        bounds = wilson(value * photos, photos)
        return min(bounds.low, value), max(bounds.high, value)
    drawn = rng.integers(0, photos, size=(_REPLICATES, photos))
    shares = part[drawn].sum(axis=1) / whole[drawn].sum(axis=1)
    tail = _tail(photos)
    low, high = np.quantile(shares, (tail, 1 - tail))
    return min(float(low), value), max(float(high), value)


def _tail(photos: int) -> float:
    """Return the quantile that represents 2.5 % when this many photos are resampled."""
    freedom = photos - 1
    # Student's t by Cornish and Fisher's expansion, close enough where it matters.
    student = _Z + (_Z**3 + _Z) / (4 * freedom) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * freedom**2)
    return NormalDist().cdf(-student * math.sqrt(photos / freedom))
