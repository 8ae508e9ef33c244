"""Resample the photos of a survey, with and without the errors of the model that classified them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.science.model_error import ErrorRates, ModelErrors, corrected, unsure_of_coral

REPLICATES: Final = 2000
_Z: Final = 1.959964  # standard normal quantile of a two-sided 95 % interval

Shares = NDArray[np.float64]  # (N,), one number a photo or a resample
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


@dataclass(frozen=True, slots=True)
class Parts:
    """What a share is made of."""

    part: Shares
    whole: Shares
    unsure: Shares  # how much of the whole the model was unsure of
    rates: dict[ErrorRates | None, Marks]  # which photos were classified with which error rates

    @property
    def value(self) -> float:
        """The share itself, 0 to 1."""
        return float(self.part.sum() / self.whole.sum())

    def chosen(self, rows: Marks) -> "Parts":
        """Return the parts of these photos alone."""
        rates = {rates: marks[rows] for rates, marks in self.rates.items()}
        kept = {rates: marks for rates, marks in rates.items() if marks.any()}
        return Parts(self.part[rows], self.whole[rows], self.unsure[rows], kept)


def parts_of(photos: Sequence[Areas]) -> tuple[Parts, Parts]:
    """Return what coral cover and bleached cover are made of, each of the photos that say something of it."""
    seen = [photo for photo in photos if photo.judged_px]
    bleached, coral = (
        np.array([getattr(photo, name) / photo.judged_px for photo in seen], dtype=np.float64)
        for name in ("bleached_px", "coral_px")
    )
    of_all = _rates([photo.errors.coral if photo.errors else None for photo in seen])
    of_coral = _rates([photo.errors.bleached if photo.errors else None for photo in seen])
    unsure = np.array([photo.unsure for photo in seen])
    missed = np.array([_unsure_of_coral(photo) for photo in seen])
    everything = Parts(coral, np.ones_like(coral), unsure, of_all)
    with_coral = Parts(bleached, coral, missed, of_coral)
    return everything.chosen(everything.whole > 0), with_coral.chosen(with_coral.whole > 0)


def _unsure_of_coral(photo: Areas) -> float:
    if photo.errors is None or not photo.judged_px:
        return 0.0
    return unsure_of_coral(photo.coral_px / photo.judged_px, photo.unsure, photo.errors.coral)


def _rates(of_photos: Sequence[ErrorRates | None]) -> dict[ErrorRates | None, Marks]:
    return {
        rates: np.array([rates == one for one in of_photos], dtype=np.bool_)
        for rates in dict.fromkeys(of_photos)
    }


def resampled(parts: Parts, rng: np.random.Generator) -> Shares:
    """Return the share in each of 2000 resamples of the photos, spread as few photos vary: (2000,)."""
    photos = len(parts.whole)
    drawn = rng.integers(0, photos, size=(REPLICATES, photos))
    return _drawn(parts.part[drawn].sum(axis=1), parts.whole[drawn].sum(axis=1), parts, photos, rng)


def corrected_resampled(parts: Parts, rng: np.random.Generator, sites: np.random.Generator) -> Shares:
    """Return the share in each resample, with what each model measured corrected for its errors: (2000,).

    sites  source of the error rates; resamples of the same number and sources of the same state are of the
           same sites
    """
    photos = len(parts.whole)
    drawn = rng.integers(0, photos, size=(REPLICATES, photos))
    total = np.zeros(REPLICATES)
    for rates, marks in parts.rates.items():
        of_model = parts.chosen(marks)
        weight = (parts.whole * marks)[drawn].sum(axis=1)
        shares = _drawn((parts.part * marks)[drawn].sum(axis=1), weight, of_model, photos, rng)
        unsure = float(np.average(of_model.unsure, weights=of_model.whole))
        total += weight * (shares if rates is None else corrected(shares, rates, unsure, sites))
    return np.asarray(total / parts.whole[drawn].sum(axis=1))


def _drawn(part: Shares, whole: Shares, measured: Parts, photos: int, rng: np.random.Generator) -> Shares:
    """Return a share of each resample, moved from the measured one as few photos vary."""
    value = measured.value
    if value in {0.0, 1.0}:  # all photos are alike: by Jeffreys' distribution
        right, count = value * len(measured.whole), len(measured.whole)
        return np.asarray(rng.beta(right + 0.5, count - right + 0.5, size=REPLICATES))
    shares = np.divide(part, whole, out=np.full(REPLICATES, value), where=whole > 0)
    return np.asarray(np.clip(value + (shares - value) * _student(photos) / _Z, 0, 1))


def tail(photos: int) -> float:
    """Return the quantile that represents 2.5 % when this many photos are resampled."""
    return NormalDist().cdf(-_student(photos))


def _student(photos: int) -> float:
    """Return how many standard errors of a resample a 95 % interval reaches from its middle."""
    freedom = photos - 1
    # Student's t by Cornish and Fisher's expansion, close enough where it matters.
    student = _Z + (_Z**3 + _Z) / (4 * freedom) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * freedom**2)
    return student * math.sqrt(photos / freedom)
