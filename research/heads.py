"""Learn the two served decisions on the features of the trained network, by logistic regression.

The network was trained with decisions of its own. Fitted anew on all patches at once, and held back more,
they carry better to photos and seas that were left out.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Rows = NDArray[np.float32]
Scores = NDArray[np.float64]

#: Inverse of the penalty; 0.0002 and 0.001 carried alike.
_STRENGTH: Final = 0.001
_COLOURS: Final = 9
#: A few colour numbers drown among hundreds of texture numbers unless they are held back less.
_COLOUR_FREEDOM: Final = 3.0


@dataclass(frozen=True, slots=True)
class Decisions:
    """Two linear decisions on standardised features."""

    middle: Scores  # (F,) subtracted from the features
    spread: Scores  # (F,) then divided by; smaller for colours, which are held back less
    weights: Scores  # (F, 2): coral or not, bleached or healthy
    bias: Scores  # (2,)

    def standardised(self, features: Rows) -> Scores:
        """Return the embedding: (N, F) features on one scale."""
        return (features - self.middle) / self.spread

    def odds(self, features: Rows) -> Scores:
        """Return (N, 2) log odds: of coral, and of bleached among coral."""
        return self.standardised(features) @ self.weights + self.bias


def learn(features: Rows, targets: Scores, weights: Scores) -> Decisions:
    """Fit both decisions.

    features  (N, F)
    targets   (N, 3): how much of each is bleached, healthy, not coral
    weights   (N,) how much each counts
    """
    weights = weights * len(weights) / weights.sum()
    middle = np.average(features, axis=0, weights=weights)
    spread = np.sqrt(np.average((features - middle) ** 2, axis=0, weights=weights)) + 1e-6
    spread[-_COLOURS:] /= _COLOUR_FREEDOM
    numbers = ((features - middle) / spread).astype(np.float32)
    is_coral = targets[:, 0] + targets[:, 1]
    live = is_coral > 0
    coral = _line(numbers, is_coral, weights)
    bleached = _line(numbers[live], targets[live, 0] / is_coral[live], (weights * is_coral)[live])
    lines = [np.stack(parts, axis=-1) for parts in zip(coral, bleached, strict=True)]
    return Decisions(middle, spread, *lines)


def log_probabilities(odds: Scores) -> Scores:
    """Turn (N, 2) log odds into (N, 3) log probabilities of bleached, healthy, not coral; NaN stays NaN."""
    coral, bleached = odds[:, 0], odds[:, 1]
    with np.errstate(invalid="ignore"):
        is_coral, is_other = -np.logaddexp(0, -coral), -np.logaddexp(0, coral)
        pale, pigmented = -np.logaddexp(0, -bleached), -np.logaddexp(0, bleached)
    return np.stack([is_coral + pale, is_coral + pigmented, is_other], axis=1)


def _line(numbers: Rows, target: Scores, weights: Scores) -> tuple[Scores, Scores]:
    """Fit a logistic line to targets between 0 and 1; returns weights and bias."""
    yes, no = target > 0, target < 1
    fitted = LogisticRegression(C=_STRENGTH, max_iter=400).fit(
        np.concatenate([numbers[yes], numbers[no]]),
        np.repeat([1, 0], [yes.sum(), no.sum()]),
        np.concatenate([(weights * target)[yes], (weights * (1 - target))[no]]),
    )
    return fitted.coef_[0].astype(np.float64), np.float64(fitted.intercept_[0])
