"""Measure the coral cover and the bleached cover of a survey, with intervals, from its photos."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from coralchunk.science.cover import Cover, Share, severity
from coralchunk.science.metrics import wilson
from coralchunk.science.photo_resampling import REPLICATES, Areas, Parts, corrected_resampled, parts_of, tail

_LEAST_PHOTOS: Final = 3
_LEAST_CORAL: Final = 4  # chunks of coral in all photos, needed for a bleached cover


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
    coral, bleached = parts_of(photos)
    no_coral, no_bleached = why_not(photos)
    bleached_share = _share(bleached, no_bleached, rng)
    coral_share = _share(coral, no_coral, rng)
    return Cover(coral_share, bleached_share, severity(bleached_share.value, bleached_share.interval))


def why_not(photos: Sequence[Areas]) -> tuple[str | None, str | None]:
    """Say why these photos give no coral cover, and why no bleached cover; None where they do."""
    coral, bleached = (len(parts.whole) for parts in parts_of(photos))
    chunks = sum(photo.coral_chunks for photo in photos)
    no_bleached = _too_few(bleached, "with coral")
    if len(photos) >= _LEAST_PHOTOS and chunks < _LEAST_CORAL:
        no_bleached = f"too few chunks of coral: {chunks}, at least {_LEAST_CORAL} are needed"
    return _too_few(coral, "with chunks that the model is sure of"), no_bleached


def _too_few(photos: int, which: str) -> str | None:
    if photos >= _LEAST_PHOTOS:
        return None
    return f"too few photos {which}: {photos}, at least {_LEAST_PHOTOS} are needed"


def _share(parts: Parts, why_none: str | None, rng: np.random.Generator) -> Share:
    if why_none is not None:
        return Share(None, None, why_none)
    bounds = [parts.value, *_bounds(parts, rng)]
    if any(rates is not None for rates in parts.rates):
        bounds += np.quantile(corrected_resampled(parts, rng, rng), (0.025, 0.975)).tolist()
    return Share(parts.value, (min(bounds), max(bounds)), None)


def _bounds(parts: Parts, rng: np.random.Generator) -> tuple[float, float]:
    photos = len(parts.whole)
    if parts.value in {0.0, 1.0}:
        # Resampling cannot produce values that were not observed; a photo is one independent sample.
        bounds = wilson(parts.value * photos, photos)
        return bounds.low, bounds.high
    drawn = rng.integers(0, photos, size=(REPLICATES, photos))
    shares = parts.part[drawn].sum(axis=1) / parts.whole[drawn].sum(axis=1)
    cut = tail(photos)
    low, high = np.quantile(shares, (cut, 1 - cut)).tolist()
    return low, high
