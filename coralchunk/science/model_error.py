"""Correct measured shares for the errors of the model, and draw how these vary between sites."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]

_LEAST_POWER: Final = 0.1  # sensitivity + specificity - 1; below it a share says nothing


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of right answers that differs between sites: a beta distribution."""

    right: float  # alpha
    wrong: float  # beta


@dataclass(frozen=True, slots=True)
class Abstention:
    """What a model is unsure of: a log odds ratio that differs between sites, normally distributed.

    The ratio compares the chunks that it is unsure of with those that it answers: above 0, what is counted is
    commoner among the former.
    """

    mean: float
    spread: float  # standard deviation


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """How often a model finds what is there, and how often it does not find what is not there."""

    sensitivity: Rate
    specificity: Rate
    abstention: Abstention | None = None  # None: chunks without an answer are taken to be like the others


@dataclass(frozen=True, slots=True)
class ModelErrors:
    """The errors of a model in the two decisions that cover is made of, among answered chunks."""

    coral: ErrorRates  # coral among all chunks
    bleached: ErrorRates  # bleached among the chunks called coral


def corrected(shares: Shares, rates: ErrorRates, unsure: Shares | float, rng: np.random.Generator) -> Shares:
    """Estimate the true shares, each with the error rates of a site drawn at random.

    The estimate is that of Rogan & Gladen, "Estimating prevalence from the results of a screening test"
    (American Journal of Epidemiology 107, 1978), limited to 0 and 1. What the model was unsure of is added
    with a share of its own.

    shares  (N,) measured in what was answered, 0 to 1
    unsure  how much of the whole the model was unsure of, 0 to 1
    rng     source of the sites; the same state gives the same shares
    """
    sensitivity, specificity = (
        rng.beta(rate.right, rate.wrong, size=shares.shape) for rate in (rates.sensitivity, rates.specificity)
    )
    power = np.maximum(sensitivity + specificity - 1, _LEAST_POWER)
    answered = np.clip((shares + specificity - 1) / power, 0.0, 1.0)
    if rates.abstention is None:
        return np.asarray(answered)
    ratio = np.exp(rng.normal(rates.abstention.mean, rates.abstention.spread, size=shares.shape))
    return np.asarray((1 - unsure) * answered + unsure * _times(answered, ratio))


def unsure_of_coral(coral: float, unsure: float, rates: ErrorRates) -> float:
    """Estimate how much of the coral the model was unsure of.

    coral   share of coral in what was answered
    unsure  how much of the whole the model was unsure of
    """
    if rates.abstention is None:
        return unsure
    missed = unsure * float(_times(np.array(coral), np.exp(rates.abstention.mean)))
    whole = missed + (1 - unsure) * coral
    return missed / whole if whole else unsure


def _times(share: Shares, ratio: Shares | float) -> Shares:
    """Multiply the odds of a share."""
    return np.asarray(share * ratio / (1 - share + share * ratio))
