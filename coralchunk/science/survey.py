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
from coralchunk.science.model_error import ErrorRates, ModelErrors, corrected, unsure_of_coral

_LEAST_PHOTOS: Final = 3
_LEAST_CORAL: Final = 4  # chunks of coral in all photos, needed for a bleached cover
_REPLICATES: Final = 2000
_Z: Final = 1.959964  # standard normal quantile of a two-sided 95 % interval

Shares = NDArray[np.float64]  # (N,), one number a photo
Marks = NDArray[np.bool_]  # (N,), one a photo


@dataclass(frozen=True, slots=True)
class Areas:
    """What was measured in one photo. Chunks that the model is unsure of count nowhere."""

    bleached_px: int
    coral_px: int  # bleached or not
    judged_px: int  # coral or not
    coral_chunks: int
    unsure: float = 0.0  # how much of the photo the model was unsure of
    errors: ModelErrors | None = None  # of the model that classified the photo, if they are known


def survey_cover(photos: Sequence[Areas], rng: np.random.Generator) -> Cover:
    """Measure a survey.

    Each photo has the same weight, whatever its size, as quadrats have (English, Wilkinson & Baker, "Survey
    Manual for Tropical Marine Resources", 1997): coral cover is the mean of the photos' shares,
    bleached cover the sum of their bleached shares over the sum of their coral shares.

    The intervals come from a cluster bootstrap: whole photos are drawn, as chunks of one photo resemble each
    other. With few photos its percentiles are too narrow, so they are widened as in Hesterberg, "What
    teachers should know about the bootstrap" (American Statistician, 2015, section 5): for 3 photos to nearly
    all resamples. They say how much the figure would vary between similar photos of the same place. The
    resampled shares of photos whose model states its errors are also corrected with the error rates of a
    site drawn at random, one site for all photos, and the interval grows to hold those shares.

    rng  source of the resampling; the same state gives the same intervals
    """
    seen = [photo for photo in photos if photo.judged_px]
    bleached, coral = (
        np.array([getattr(photo, name) / photo.judged_px for photo in seen], dtype=np.float64)
        for name in ("bleached_px", "coral_px")
    )
    of_all = _rates([photo.errors.coral if photo.errors else None for photo in seen])
    of_coral = _rates([photo.errors.bleached if photo.errors else None for photo in seen])
    unsure = np.array([photo.unsure for photo in seen])
    missed = np.array([_unsure_of_coral(photo) for photo in seen])
    chunks = sum(photo.coral_chunks for photo in photos)
    bleached_share = (
        _share(_Parts(bleached, coral, missed, of_coral), "with coral", rng)
        if chunks >= _LEAST_CORAL or len(photos) < _LEAST_PHOTOS
        else Share(None, None, f"too few chunks of coral: {chunks}, at least {_LEAST_CORAL} are needed")
    )
    everything = _Parts(coral, np.ones_like(coral), unsure, of_all)
    coral_share = _share(everything, "with chunks that the model is sure of", rng)
    return Cover(coral_share, bleached_share, severity(bleached_share.value, bleached_share.interval))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a share is made of."""

    part: Shares
    whole: Shares
    unsure: Shares  # how much of the whole the model was unsure of
    rates: dict[ErrorRates | None, Marks]  # which photos were classified with which error rates

    @property
    def value(self) -> float:
        return float(self.part.sum() / self.whole.sum())

    def chosen(self, rows: Marks) -> "_Parts":
        rates = {rates: marks[rows] for rates, marks in self.rates.items()}
        kept = {rates: marks for rates, marks in rates.items() if marks.any()}
        return _Parts(self.part[rows], self.whole[rows], self.unsure[rows], kept)


def _unsure_of_coral(photo: Areas) -> float:
    if photo.errors is None or not photo.judged_px:
        return 0.0
    return unsure_of_coral(photo.coral_px / photo.judged_px, photo.unsure, photo.errors.coral)


def _rates(of_photos: Sequence[ErrorRates | None]) -> dict[ErrorRates | None, Marks]:
    return {
        rates: np.array([rates == one for one in of_photos], dtype=np.bool_)
        for rates in dict.fromkeys(of_photos)
    }


def _share(parts: _Parts, which: str, rng: np.random.Generator) -> Share:
    parts = parts.chosen(parts.whole > 0)
    photos = len(parts.whole)
    if photos < _LEAST_PHOTOS:
        return Share(None, None, f"too few photos {which}: {photos}, at least {_LEAST_PHOTOS} are needed")
    bounds = [parts.value, *_bounds(parts, rng)]
    if any(rates is not None for rates in parts.rates):
        bounds += np.quantile(_corrected(parts, rng), (0.025, 0.975)).tolist()
    return Share(parts.value, (min(bounds), max(bounds)), None)


def _bounds(parts: _Parts, rng: np.random.Generator) -> tuple[float, float]:
    photos = len(parts.whole)
    if parts.value in {0.0, 1.0}:
        # Resampling cannot produce values that were not observed; a photo is one independent sample.
        bounds = wilson(parts.value * photos, photos)
        return bounds.low, bounds.high
    drawn = rng.integers(0, photos, size=(_REPLICATES, photos))
    shares = parts.part[drawn].sum(axis=1) / parts.whole[drawn].sum(axis=1)
    tail = _tail(photos)
    low, high = np.quantile(shares, (tail, 1 - tail)).tolist()
    return low, high


def _corrected(parts: _Parts, rng: np.random.Generator) -> Shares:
    """Resample the photos, and correct what each model measured in those of its photos that were drawn."""
    photos = len(parts.whole)
    drawn = rng.integers(0, photos, size=(_REPLICATES, photos))
    total = np.zeros(_REPLICATES)
    for rates, marks in parts.rates.items():
        of_model = parts.chosen(marks)
        weight = (parts.whole * marks)[drawn].sum(axis=1)
        shares = _drawn((parts.part * marks)[drawn].sum(axis=1), weight, of_model, photos, rng)
        unsure = float(np.average(of_model.unsure, weights=of_model.whole))
        total += weight * (shares if rates is None else corrected(shares, rates, unsure, rng))
    return np.asarray(total / parts.whole[drawn].sum(axis=1))


def _drawn(part: Shares, whole: Shares, measured: _Parts, photos: int, rng: np.random.Generator) -> Shares:
    """Return a share of each resample, moved from the measured one as few photos vary."""
    value = measured.value
    if value in {0.0, 1.0}:  # all photos are alike: by Jeffreys' distribution
        right, count = value * len(measured.whole), len(measured.whole)
        return np.asarray(rng.beta(right + 0.5, count - right + 0.5, size=_REPLICATES))
    shares = np.divide(part, whole, out=np.full(_REPLICATES, value), where=whole > 0)
    return np.asarray(np.clip(value + (shares - value) * _student(photos) / _Z, 0, 1))


def _tail(photos: int) -> float:
    """Return the quantile that represents 2.5 % when this many photos are resampled."""
    return NormalDist().cdf(-_student(photos))


def _student(photos: int) -> float:
    """Return how many standard errors of a resample a 95 % interval reaches from its middle."""
    freedom = photos - 1
    # Student's t by Cornish and Fisher's expansion, close enough where it matters.
    student = _Z + (_Z**3 + _Z) / (4 * freedom) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * freedom**2)
    return student * math.sqrt(photos / freedom)
