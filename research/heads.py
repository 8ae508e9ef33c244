"""Fit the decisions on features and labels, and predict held-out patches."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from research.blank import SITE
from research.dataset import Table
from research.network import PARTS, Decisions, Known, Line

Rows = NDArray[np.float32]
Marks = NDArray[np.bool_]

#: Inverse of the penalty; of 0.0003 to 0.01 the one that carried best to a sea left out.
_STRENGTH: Final = 0.001
#: A few colour numbers drown among hundreds of texture numbers unless they are held back less.
_COLOUR_CORAL: Final = 3.0
_COLOUR_BLEACHED: Final = 3.0
_PLAIN_BLEACHED: Final = 4.0
_DIRECTIONS: Final = 24
_EXAMPLES: Final = 256
_FOLDS: Final = 5


def learn(passes: list[Rows], table: Table, chosen: Marks, *, with_scene: bool = True) -> Decisions:
    """Fit every decision on the chosen rows of each pass (as taken, then augmented variants), uncalibrated.

    with_scene  False gives the relative colours no weight, for the ablation
    """
    rows = np.concatenate([features[chosen] for features in passes])
    targets = np.tile(table.targets[chosen], (len(passes), 1))
    weights = np.tile(_weights(table, chosen), len(passes))
    texture, colour, plain = (rows[:, PARTS[name]] for name in ("texture", "colour", "plain"))
    is_coral = targets[:, 0] + targets[:, 1]
    live = is_coral > 0
    pale = targets[:, 0] / np.maximum(is_coral, 1e-9)
    beside = _freedom({"texture": 1.0, "colour": _COLOUR_BLEACHED * with_scene, "plain": _PLAIN_BLEACHED})
    alone = _freedom({"texture": 1.0, "plain": _PLAIN_BLEACHED})
    compared, single = np.hstack([texture, colour, plain])[live], np.hstack([texture, plain])[live]
    return Decisions(
        coral=_line(
            np.hstack([texture, colour]),
            is_coral,
            weights,
            _freedom({"texture": 1.0, "colour": _COLOUR_CORAL * with_scene}),
        ),
        bleached=_line(compared, pale[live], weights[live], beside),
        bleached_alone=_line(single, pale[live], weights[live], alone),
        temperature=1.0,
        shift=(0.0, 0.0, 0.0),
        known=know(passes[0][chosen][:, PARTS["texture"]]),
        far=np.inf,
    )


def by_group(table: Table) -> Iterator[Marks]:
    """Split into five parts that share no photo, mosaic or near-duplicate; yields what is held out."""
    places = np.zeros(len(table.groups))
    folds = GroupKFold(min(_FOLDS, len(np.unique(table.groups))))
    for _, held_out in folds.split(places, groups=table.groups):
        marks = np.zeros(len(places), dtype=bool)
        marks[held_out] = True
        yield marks


def by_site(table: Table) -> Iterator[Marks]:
    """Leave out one sea after the other (a site's name up to a dash), or photos if there is only one sea.

    Both web collections are one sea, because they share photographers. Drawn photos belong to no sea.
    """
    seas = np.array([site.split("-")[0] for site in table.sites])
    real = np.unique(seas[seas != SITE])
    if len(real) == 1:
        yield from by_group(table)
        return
    for sea in real:
        yield seas == sea


def held_out_logits(
    passes: list[Rows],
    table: Table,
    splits: Iterator[Marks],
    *,
    shown: Rows | None = None,
    with_scene: bool = True,
) -> NDArray[np.float64]:
    """Return for each row what decisions say that were learned without its part.

    shown  the features to classify, if not those of the first pass
    """
    shown = passes[0] if shown is None else shown
    said = np.zeros((len(table.labels), 3))
    for held_out in splits:
        decisions = learn(passes, table, ~held_out, with_scene=with_scene)
        said[held_out] = decisions.logits(shown[held_out])
    return said


def strangeness(passes: list[Rows], splits: Iterator[Marks]) -> NDArray[np.float64]:
    """Return the distance of each row from the examples outside its part."""
    texture = passes[0][:, PARTS["texture"]]
    found = np.zeros(len(texture))
    for held_out in splits:
        found[held_out] = know(texture[~held_out]).distance(texture[held_out])
    return found


def know(texture: Rows) -> Known:
    """Remember what training patches look like: 256 of them, in 24 whitened directions."""
    middle, spread = texture.mean(axis=0), texture.std(axis=0) + 1e-6
    _, strengths, directions = np.linalg.svd((texture - middle) / spread, full_matrices=False)
    kept = directions[:_DIRECTIONS].T / spread[:, np.newaxis]
    whitened = kept / (strengths[:_DIRECTIONS] / np.sqrt(len(texture)))
    placed = (texture - middle) @ whitened
    examples = KMeans(min(_EXAMPLES, len(texture)), n_init=1, random_state=0).fit(placed).cluster_centers_
    return Known(whitened.astype(np.float64), middle.astype(np.float64), examples.astype(np.float64))


def _weights(table: Table, chosen: Marks) -> NDArray[np.float64]:
    """Let no site and no class drown another: each counts as the root of its size."""
    trust, sites = table.trust[chosen], table.sites[chosen]
    kinds = np.char.add(np.char.add(sites, "/"), table.labels[chosen])
    _, place = np.unique(kinds, return_inverse=True)
    weights = trust / np.sqrt(np.maximum(np.bincount(place, weights=trust), 1e-9)[place])
    return weights * len(weights) / weights.sum()


def _freedom(parts: dict[str, float]) -> NDArray[np.float64]:
    sizes = [PARTS[name].stop - PARTS[name].start for name in parts]
    return np.repeat(list(parts.values()), sizes)


def _line(
    numbers: Rows,
    target: NDArray[np.float64],
    weights: NDArray[np.float64],
    freedom: NDArray[np.float64],
) -> Line:
    """Fit a logistic line to targets between 0 and 1."""
    middle = np.average(numbers, axis=0, weights=weights)
    spread = np.sqrt(np.average((numbers - middle) ** 2, axis=0, weights=weights)) + 1e-6
    standard = (numbers - middle) / spread * freedom
    yes, no = target > 0, target < 1
    fitted = LogisticRegression(C=_STRENGTH, max_iter=400).fit(
        np.concatenate([standard[yes], standard[no]]),
        np.repeat([1, 0], [yes.sum(), no.sum()]),
        np.concatenate([(weights * target)[yes], (weights * (1 - target))[no]]),
    )
    slopes = fitted.coef_[0] * freedom / spread
    return Line(slopes, float(fitted.intercept_[0] - slopes @ middle))
