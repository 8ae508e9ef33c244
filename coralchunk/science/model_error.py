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
class ErrorRates:
    """How often a model finds what is there, and how often it does not find what is not there."""

    sensitivity: Rate
    specificity: Rate


@dataclass(frozen=True, slots=True)
class ModelErrors:
    """The errors of a model in the two decisions that cover is made of, among answered chunks."""

    coral: ErrorRates  # coral among all chunks
    bleached: ErrorRates  # bleached among the chunks called coral


def corrected(shares: Shares, rates: ErrorRates, rng: np.random.Generator) -> Shares:
    """Estimate the true shares, each with the error rates of a site drawn at random.

    The estimate is that of Rogan & Gladen, "Estimating prevalence from the results of a screening test"
    (American Journal of Epidemiology 107, 1978), limited to 0 and 1.

    shares  (N,) measured, 0 to 1
    rng     source of the sites; the same state gives the same shares
    """
    sensitivity, specificity = (
        rng.beta(rate.right, rate.wrong, size=shares.shape) for rate in (rates.sensitivity, rates.specificity)
    )
    power = np.maximum(sensitivity + specificity - 1, _LEAST_POWER)
    return np.clip((shares + specificity - 1) / power, 0.0, 1.0)
