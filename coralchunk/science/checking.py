"""Tell which chunks matter most if a person checks them, and how far the rest can still be wrong."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.science.model_error import ErrorRates, ModelErrors, corrected, unsure_of_coral

Values = NDArray[np.float64]

BLEACHED, HEALTHY, NOT_CORAL, UNSURE = range(4)  # what a chunk counts as
_DRAWS: Final = 2000
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of some photos."""

    probabilities: Values  # (N, 3), bleached, healthy, not coral
    counted: NDArray[np.int64]  # (N,), by the labels of the model
    weights: Values  # (N,), the share of all photos that each chunk is; they add up to 1


@dataclass(frozen=True, slots=True)
class Shares:
    """Coral of all that is known, and bleached coral of all coral; None where there is no whole."""

    coral: float | None
    bleached: float | None


def expected_effects(chunks: Chunks) -> Values:
    """Return by how much each chunk's true label is expected to move coral cover and bleached cover: (N,).

    The sum of both moves, to the first order, averaged over the model's probabilities.
    """
    shares = shares_of(chunks)
    coral = 0.5 if shares.coral is None else shares.coral
    bleached = 0.5 if shares.bleached is None else shares.bleached
    # What a chunk of each kind adds to the two covers, relative to what they are.
    to_coral = np.array([1 - coral, 1 - coral, -coral, 0.0])
    to_bleached = np.array([1 - bleached, -bleached, 0.0, 0.0]) / max(coral, 0.05)
    moves = sum(
        np.abs(adds[np.newaxis, :3] - adds[chunks.counted][:, np.newaxis]) for adds in (to_coral, to_bleached)
    )
    return np.asarray(chunks.weights * (chunks.probabilities * moves).sum(axis=1))


def shares_of(chunks: Chunks) -> Shares:
    """Return the two covers by what the chunks count as."""
    area = [float(chunks.weights[chunks.counted == kind].sum()) for kind in range(4)]
    coral = area[BLEACHED] + area[HEALTHY]
    known = coral + area[NOT_CORAL]
    return Shares(coral / known if known else None, area[BLEACHED] / coral if coral else None)


def unchecked_intervals(
    chunks: Chunks, errors: ModelErrors, value: Shares, left: float, rng: np.random.Generator
) -> tuple[Interval | None, Interval | None]:
    """Bound the covers of these very photos by what the model may have got wrong in unchecked chunks: 95 %.

    How wrong it may be on average is drawn from the error rates that it states, a site each draw. Errors lie
    where its probabilities expect them, so checks remove as much of them as they remove of what is expected.

    value  the covers by the labels that count
    left   the part of the expected effect that is in unchecked chunks, 0 to 1
    """
    model = shares_of(chunks)
    kinds = [int((chunks.counted == kind).sum()) for kind in range(4)]
    coral = kinds[BLEACHED] + kinds[HEALTHY]
    unsure = float(chunks.weights[chunks.counted == UNSURE].sum())
    missed = 0.0 if model.coral is None else unsure_of_coral(model.coral, unsure, errors.coral)
    return (
        _bounds((model.coral, value.coral), (errors.coral, unsure), coral + kinds[NOT_CORAL], (left, rng)),
        _bounds((model.bleached, value.bleached), (errors.bleached, missed), coral, (left, rng)),
    )


def _bounds(
    shares: tuple[float | None, float | None],
    rates: tuple[ErrorRates, float],
    count: int,
    rest: tuple[float, np.random.Generator],
) -> Interval | None:
    """Bound a share: by the model and by the labels that count, with `count` chunks in its whole."""
    (model, value), (left, rng) = shares, rest
    if model is None or value is None:
        return None
    measured = np.full(_DRAWS, model)
    if model in {0.0, 1.0}:  # no chunk of the other kind was found, which is not to say that there is none
        measured = rng.beta(model * count + 0.5, (1 - model) * count + 0.5, size=_DRAWS)
    draws = corrected(measured, *rates, rng)
    moved = np.clip(value + (draws - model) * left, 0.0, 1.0)
    low, high = np.quantile(moved, (0.025, 0.975)).tolist()
    return min(value, low), max(value, high)
