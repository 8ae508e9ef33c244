"""Fit linear heads on features: logistic, one-vs-rest or ridge, regularised by cross-validation.

The features are standardised and turned to their main directions before the fit; both are folded into the
weights afterwards, so a head is one matrix on raw features.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from coralchunk.terms import OutputKind
from coralchunk.training.learning.temperature import best_temperature, log_loss

_DIRECTIONS: Final = 256  # more did not help on textures, and take longer
_FOLDS: Final = 4
_STRENGTHS: Final = (0.001, 0.01, 0.1, 1.0)  # C of the logistic heads, 1 / alpha of the ridge
_ROUNDS: Final = 400
#: How much the few colour features count beside the many of the network, tried in this order. The network
#: looks at texture and hardly at colour or brightness, which a label or a value may well be about.
_COLOUR_WEIGHTS: Final = (1.0, 30.0)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """A linear head: logits = features @ weights + bias, divided by the temperature."""

    weights: Floats  # (D, K)
    bias: Floats  # (K,)
    temperature: float = 1.0

    def logits(self, features: NDArray[np.floating]) -> Floats:
        """Return (N, K), before the temperature."""
        return features @ self.weights + self.bias


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a head is fitted on."""

    kind: OutputKind
    features: NDArray[np.float32] | Floats  # (N, D)
    targets: Floats  # (N, K): 0 or 1, one 1 a row for MULTI_CLASS; values or NaN for REGRESSION
    groups: NDArray[np.intp]  # (N,), of near-duplicates

    def at(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Lessons":
        """Return some of them."""
        return Lessons(self.kind, self.features[chosen], self.targets[chosen], self.groups[chosen])


def fit_head(lessons: Lessons, colours: int = 0) -> tuple[Head, float]:
    """Fit a head with the strength and the temperature that do best in cross-validation.

    colours  how many features at the end of each row are colours of the picture

    Returns the head and the strength that was chosen.
    """
    folds = _folds(lessons)
    _, strength, temperature, prepared = min(
        (_best_fit(lessons, folds, weights) for weights in _feature_weights(lessons, colours)),
        key=lambda fit: fit[0],
    )
    turned = replace(lessons, features=prepared.turn(lessons.features))
    head = _FIT[lessons.kind](turned, strength)
    return prepared.folded(replace(head, temperature=temperature)), strength


def _feature_weights(lessons: Lessons, colours: int) -> list[Floats]:
    """Return the weights of the features that are tried, (D,) each."""
    is_colour = np.arange(lessons.features.shape[1]) >= lessons.features.shape[1] - colours
    tried = _COLOUR_WEIGHTS if colours else _COLOUR_WEIGHTS[:1]
    return [np.where(is_colour, weight, 1.0) for weight in tried]


def _best_fit(
    lessons: Lessons, folds: list[tuple[NDArray[np.intp], ...]], weights: Floats
) -> tuple[float, float, float, "_Directions"]:
    """Return the least loss on left-out rows, and with what strength and temperature it was reached."""
    prepared = _Directions(lessons.features, weights)
    turned = replace(lessons, features=prepared.turn(lessons.features))
    best = (np.inf, _STRENGTHS[1], 1.0)
    for strength in _STRENGTHS if folds else ():
        held_out = _held_out_logits(turned, folds, strength)
        temperature = best_temperature(lessons.kind, held_out, lessons.targets)
        loss = log_loss(lessons.kind, held_out / temperature, lessons.targets)
        best = min(best, (loss, strength, temperature))
    return *best, prepared


class _Directions:
    """Standardise features and turn them to their main directions."""

    def __init__(self, features: NDArray[np.float32] | Floats, weights: Floats) -> None:
        self._scaler: Final = StandardScaler().fit(features.astype(np.float64))
        self._scaler.scale_ = np.maximum(self._scaler.scale_, 1e-6) / weights
        count = min(_DIRECTIONS, len(features) - 1, features.shape[1])
        scaled = self._scaler.transform(features.astype(np.float64))
        self._main: Final = PCA(count, svd_solver="randomized", random_state=0).fit(scaled)
        # In the first directions features vary a thousand times as much as in the last.
        self._size: Final = float(np.sqrt(self._main.explained_variance_.mean())) or 1.0

    def turn(self, features: NDArray[np.float32] | Floats) -> Floats:
        """Return (N, directions)."""
        turned = self._main.transform(self._scaler.transform(features.astype(np.float64)))
        return np.asarray(turned / self._size, dtype=np.float64)

    def folded(self, head: Head) -> Head:
        """Return a head on raw features that does what `head` does on turned ones."""
        weights = self._main.components_.T @ head.weights / self._size
        bias = head.bias - self._main.mean_ @ weights
        weights = weights / self._scaler.scale_[:, np.newaxis]
        return replace(head, weights=weights, bias=bias - self._scaler.mean_ @ weights)


def _held_out_logits(lessons: Lessons, folds: list[tuple[NDArray[np.intp], ...]], strength: float) -> Floats:
    logits = np.empty(lessons.targets.shape)
    for learned, held_out in folds:
        head = _FIT[lessons.kind](lessons.at(learned), strength)
        logits[held_out] = head.logits(lessons.features[held_out])
    return logits


def _folds(lessons: Lessons) -> list[tuple[NDArray[np.intp], ...]]:
    """Split by group; labels evenly. Empty if there are too few groups to say anything."""
    groups = len(set(lessons.groups.tolist()))
    if groups < 2 and lessons.kind is OutputKind.REGRESSION and len(lessons.features) >= _FOLDS:
        # Pictures of one scene whose value changes; nothing better is known of how much to regularise.
        return list(KFold(_FOLDS, shuffle=True, random_state=0).split(lessons.features))
    if lessons.kind is not OutputKind.REGRESSION:
        lessons = _with_single_groups_divided(lessons)
        groups = len(set(lessons.groups.tolist()))
    if groups < 2:
        return []
    if lessons.kind is OutputKind.REGRESSION:
        return list(GroupKFold(min(_FOLDS, groups)).split(lessons.features, groups=lessons.groups))
    strata = (
        lessons.targets.argmax(axis=1)
        if lessons.kind is OutputKind.MULTI_CLASS
        else lessons.targets.sum(axis=1)
    )
    fewest = min(np.unique(strata, return_counts=True)[1])
    folds = min(_FOLDS, groups, max(2, int(fewest)))
    if fewest < folds:
        return list(GroupKFold(folds).split(lessons.features, groups=lessons.groups))
    chosen = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    return list(chosen.split(lessons.features, strata.astype(int), lessons.groups))


def _with_single_groups_divided(lessons: Lessons) -> Lessons:
    """Make each picture a group of its own in a group that holds all pictures of a label.

    To leave out such a group is to leave out the label, and of a label that was never learned from nothing is
    known of how much to regularise.
    """
    groups = lessons.groups.copy()
    for is_shown in lessons.targets.T > 0:
        shown = np.unique(lessons.groups[is_shown])
        if len(shown) == 1:
            divided = groups == shown[0]
            groups[divided] = len(groups) + np.flatnonzero(divided)
    return replace(lessons, groups=groups)


def _logistic(lessons: Lessons, strength: float) -> Head:
    known = lessons.targets.sum(axis=0) > 0
    names = lessons.targets.argmax(axis=1)
    weights = np.zeros((lessons.features.shape[1], lessons.targets.shape[1]))
    bias = np.where(known, 0.0, -_NEVER)
    if known.sum() < 2:
        return Head(weights, bias)
    fitted = LogisticRegression(C=strength, class_weight="balanced", max_iter=_ROUNDS)
    fitted.fit(lessons.features, names)
    if len(fitted.classes_) == 2:  # one column: the log odds of the second against the first
        weights[:, fitted.classes_[1]], bias[fitted.classes_[1]] = fitted.coef_[0], fitted.intercept_[0]
    else:
        weights[:, fitted.classes_], bias[fitted.classes_] = fitted.coef_.T, fitted.intercept_
    return Head(weights, bias)


def _one_vs_rest(lessons: Lessons, strength: float) -> Head:
    weights = np.zeros((lessons.features.shape[1], lessons.targets.shape[1]))
    bias = np.zeros(lessons.targets.shape[1])
    for column, is_shown in enumerate(lessons.targets.T > 0):
        if is_shown.all() or not is_shown.any():
            bias[column] = _NEVER if is_shown.any() else -_NEVER
            continue
        fitted = LogisticRegression(C=strength, class_weight="balanced", max_iter=_ROUNDS)
        fitted.fit(lessons.features, is_shown)
        weights[:, column], bias[column] = fitted.coef_[0], fitted.intercept_[0]
    return Head(weights, bias)


def _ridge(lessons: Lessons, strength: float) -> Head:
    weights = np.zeros((lessons.features.shape[1], lessons.targets.shape[1]))
    bias = np.zeros(lessons.targets.shape[1])
    for column, values in enumerate(lessons.targets.T):
        has_value = np.isfinite(values)
        if has_value.any():
            fitted = Ridge(alpha=1 / strength).fit(lessons.features[has_value], values[has_value])
            weights[:, column], bias[column] = fitted.coef_, fitted.intercept_
    return Head(weights, bias)


_NEVER: Final = 8.0  # log odds of what every example, or none, has shown
_FIT: Final[dict[OutputKind, Callable[[Lessons, float], Head]]] = {
    OutputKind.MULTI_CLASS: _logistic,
    OutputKind.MULTI_LABEL: _one_vs_rest,
    OutputKind.REGRESSION: _ridge,
}
