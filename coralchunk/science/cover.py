"""Measure the coral cover of a photo and its bleached share, with confidence intervals."""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.science.metrics import wilson
from coralchunk.science.model_error import ErrorRates, ModelErrors, corrected, unsure_of_coral
from coralchunk.terms import CORAL, Prediction, State

Areas = NDArray[np.float64]  # (rows, columns): pixels of each chunk that count, else 0

_MIN_CLASSIFIED: Final = 4  # chunks that are not unsure, needed for a coral cover
_MIN_CORAL: Final = 4  # chunks of coral, needed for a bleached cover
_REPLICATES: Final = 2000
_DIGITS: Final = 4
_LIMITS: Final = (0.01, 0.10, 0.50)  # largest share of each class but the last
_SEVERITIES: Final = ("none", "mild", "moderate", "severe")
_UNKNOWN: Final = "unknown"
LIMITATIONS: Final = (
    "A model that makes mistakes classified the photos: check some of its squares before you use the figures,"
    " and do not compare dates whose camera, depth or light differ."
)


@dataclass(frozen=True, slots=True)
class Share:
    """A share of an area, 0 to 1, with its 95 % interval; or no share, and why."""

    value: float | None
    interval: tuple[float, float] | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A share minus an earlier share, -1 to 1, with its 95 % interval; or none, and why."""

    value: float | None
    interval: tuple[float, float] | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Cover:
    """What a photo says about its reef."""

    coral: Share  # coral of all that was classified
    bleached: Share  # bleached coral of all coral
    severity: str


def cover(
    predictions: Sequence[Prediction],
    columns: int,
    rng: np.random.Generator,
    errors: ModelErrors | None = None,
) -> Cover:
    """Measure a photo.

    Each chunk counts with its pixels that hold something; unsure chunks and those without data count nowhere.
    The intervals come from a spatial block bootstrap (Politis & Romano, "A circular block-resampling
    procedure", 1992, on a torus): neighbours resemble each other, and resampling single chunks would make the
    intervals far too narrow. They say how much the figure would vary over like pieces of the same reef. With
    `errors` each resampled share is also corrected with the error rates of a site drawn at random, with a
    share of its own for what the model was unsure of, and the interval grows to hold those shares.

    predictions  of all chunks of one photo, row-major
    columns   chunks in a row
    rng       source of the resampling; the same state gives the same intervals
    errors    how often the model is right, if that is known; without it intervals hold the resampling alone
    """
    bleached = _areas(predictions, columns, {State.BLEACHED})
    bleached += _areas(predictions, columns, {State.PARTLY}) / 2  # half of such a chunk is bleached
    coral = _areas(predictions, columns, CORAL)
    classified = _areas(predictions, columns, CORAL | {State.NOT_CORAL})
    unsure = _areas(predictions, columns, {State.UNSURE}).sum()
    missed = float(unsure / (unsure + classified.sum())) if unsure else 0.0
    of_all = _Kind(
        _MIN_CLASSIFIED, "chunks that the model is sure of", errors.coral if errors else None, missed
    )
    coral_share = _share(coral, classified, of_all, rng)
    if errors and coral_share.value is not None:
        missed = unsure_of_coral(coral_share.value, missed, errors.coral)
    of_coral = _Kind(_MIN_CORAL, "chunks of coral", errors.bleached if errors else None, missed)
    bleached_share = _share(bleached, coral, of_coral, rng)
    return Cover(coral_share, bleached_share, severity(bleached_share.value, bleached_share.interval))


def severity(bleached_cover: float | None, interval: Sequence[float] | None) -> str:
    """Return the severity class of a bleached share of the coral; "unknown" where the interval does not tell.

    The steps are those of the ReefBase severity scale as used by Donner, Rickbeil & Heron, "A new,
    high-resolution global mass coral bleaching database" (PLoS ONE 12(4), 2017): up to 1 %, 10 %, 50 %. An
    interval that reaches over more than two classes does not tell one of them.
    """
    if bleached_cover is None or interval is None:
        return _UNKNOWN
    low, high = (_step(end) for end in interval)
    return _SEVERITIES[_step(bleached_cover)] if high - low <= 1 else _UNKNOWN


def _step(share: float) -> int:
    return sum(share > limit for limit in _LIMITS)


def figures(measured: Cover) -> dict[str, Any]:
    """Return a cover as answers tell it."""
    return {
        **share_fields("coral_cover", measured.coral),
        **share_fields("bleached_cover", measured.bleached),
        "severity": measured.severity,
    }


def share_fields(name: str, share: Share | Difference) -> dict[str, Any]:
    """Return a share, or the difference of two, as answers tell it under a name."""
    return {
        name: None if share.value is None else round(share.value, _DIGITS),
        f"{name}_interval": None
        if share.interval is None
        else [round(end, _DIGITS) for end in share.interval],
        f"{name}_reason": share.reason,
    }


def _areas(predictions: Sequence[Prediction], columns: int, states: Set[State]) -> Areas:
    areas = [v.area_px if v.state in states else 0 for v in predictions]
    return np.array(areas, dtype=np.float64).reshape(-1, columns)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a share is of."""

    least: int  # chunks that it needs
    what: str
    rates: ErrorRates | None
    unsure: float  # how much of the whole the model was unsure of


def _share(part: Areas, whole: Areas, kind: _Kind, rng: np.random.Generator) -> Share:
    counted = int(np.count_nonzero(whole))
    if counted < kind.least:
        return Share(None, None, f"too few {kind.what}: {counted}, at least {kind.least} are needed")
    value = float(part.sum() / whole.sum())
    drawn = _drawn(part, whole, value, rng)
    bounds = [value, *_bounds(drawn, whole, value)]
    if kind.rates is not None:
        bounds += np.nanquantile(corrected(drawn, kind.rates, kind.unsure, rng), (0.025, 0.975)).tolist()
    return Share(value, (min(bounds), max(bounds)), None)


def _bounds(drawn: NDArray[np.float64], whole: Areas, value: float) -> tuple[float, float]:
    if value in {0.0, 1.0}:
        # Resampling cannot produce unobserved values; there are about as many blocks as independent samples.
        bounds = wilson(value * _looks(whole), _looks(whole))
        return bounds.low, bounds.high
    low, high = np.nanquantile(drawn, (0.025, 0.975)).tolist()
    return low, high


def _drawn(part: Areas, whole: Areas, value: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Resample a share by blocks; one of 0 or 1, where blocks are all alike, by Jeffreys' distribution."""
    if value in {0.0, 1.0}:
        looks = _looks(whole)
        return np.asarray(rng.beta(value * looks + 0.5, (1 - value) * looks + 0.5, size=_REPLICATES))
    side = _block_side(whole.shape)
    blocks = -(-whole.size // side**2)
    starts = rng.integers(0, whole.size, size=(_REPLICATES, blocks))
    parts = _block_sums(part, side)[starts].sum(axis=1)
    wholes = _block_sums(whole, side)[starts].sum(axis=1)
    return np.asarray(np.divide(parts, wholes, out=np.full(_REPLICATES, np.nan), where=wholes > 0))


def _looks(whole: Areas) -> float:
    """Return how many independent looks a photo is worth: about as many as it has blocks."""
    return float(np.count_nonzero(whole) / _block_side(whole.shape) ** 2)


def _block_side(shape: tuple[int, ...]) -> int:
    """Choose the side of a block, in chunks: n ** (1/4) for n chunks, the order that Lahiri (2003) gives."""
    return max(1, min(round(math.sqrt(math.sqrt(math.prod(shape)))), *shape))


def _block_sums(areas: Areas, side: int) -> NDArray[np.float64]:
    """Sum each block of `side` x `side` chunks, one for each start, wrapped round the edges."""
    wrapped = np.pad(areas, ((0, side - 1), (0, side - 1)), mode="wrap")
    blocks = np.lib.stride_tricks.sliding_window_view(wrapped, (side, side))
    return np.asarray(blocks.sum(axis=(2, 3)).ravel(), dtype=np.float64)
