"""Measure how often the model is right from site to site, and whether cover's intervals hold the truth."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import betabinom

from coralchunk.inference.manifest import Errors
from coralchunk.science.cover import Cover, cover
from coralchunk.science.model_error import ErrorRates, ModelErrors, Rate
from coralchunk.terms import CHUNK_PX, CLASSES, Chunk, Prediction, State
from research.dataset import Item
from research.measure import Measured
from research.table import Marks, Table

_LEAST: Final = 5  # answered patches that a group needs to be counted
_PRIOR: Final = np.array(
    [3.0, np.log(30.0)]
)  # of the log odds of being right, and of the log of alpha + beta
_PRIOR_SPREAD: Final = np.array([1.0, 0.7])
_LEAST_LABELLED: Final = 8  # chunks of a photo whose cover is compared

Counts = NDArray[np.int64]  # (G, 2): right answers and all answers of each group


def site_errors(table: Table, measured: Measured, without: str | None = None) -> ModelErrors:
    """Fit the error rates of surveys' photos, with the photo and with the sea left out.

    without  a group that is not to be learned from
    """
    counts = defaultdict(list)
    for way in ("photo", "sea"):
        for rows in _groups(table, without):
            for name, right, total in _counted(table, measured, way, rows):
                if total >= _LEAST:
                    counts[name].append((right, total))
    rates = {name: _fitted(np.array(found)) for name, found in counts.items()}
    return ModelErrors(
        ErrorRates(rates["coral"], rates["not coral"]), ErrorRates(rates["bleached"], rates["healthy"])
    )


def in_manifest(found: ModelErrors) -> Errors:
    """Write error rates as the manifest states them."""
    rates = {"coral": found.coral, "bleached": found.bleached}
    return Errors.model_validate(
        {
            f"{name}_{kind}": astuple(getattr(one, kind))
            for name, one in rates.items()
            for kind in ("sensitivity", "specificity")
        }
        | {"measured_on": "photos of surveys, with the photo and with the sea left out"}
    )


def coverage(items: Sequence[Item], table: Table, measured: Measured, way: str) -> dict[str, tuple[int, int]]:
    """Count the photos whose labelled cover lies in the interval, and all; with errors of other groups."""
    photos = defaultdict(list)
    for row in np.flatnonzero(table.whole & _surveys(table)):
        photos[table.photos[row]].append(int(row))
    found = {"coral": (0, 0), "bleached": (0, 0)}
    for rows in photos.values():
        if len(rows) < _LEAST_LABELLED:
            continue
        errors = site_errors(table, measured, str(table.groups[rows[0]]))
        said = _cover([items[row] for row in rows], measured, measured.said[way][rows], errors)
        for name, share, truth in zip(
            found, (said.coral, said.bleached), _labelled(table, rows), strict=True
        ):
            if share.interval is not None and truth is not None:
                held, total = found[name]
                low, high = share.interval
                found[name] = held + (low - 1e-9 <= truth <= high + 1e-9), total + 1
    return found


def _surveys(table: Table) -> Marks:
    return table.classified & ~np.char.startswith(table.sites, "web")


def _groups(table: Table, without: str | None) -> Iterator[NDArray[np.int64]]:
    for group in np.unique(table.groups[_surveys(table)]):
        if group != without:
            yield np.flatnonzero(_surveys(table) & (table.groups == group))


def _counted(
    table: Table, measured: Measured, way: str, rows: NDArray[np.int64]
) -> Iterator[tuple[str, int, int]]:
    """Count right answers; partly bleached patches are coral and neither bleached nor healthy."""
    said, labels = measured.said[way][rows], table.labels[rows]
    sure, answers = said.max(axis=1) >= measured.unsure_below, said.argmax(axis=1)
    coral = answers < CLASSES.index(State.NOT_CORAL)
    for name, truth, right in (
        ("coral", labels != "not_coral", coral),
        ("not coral", labels == "not_coral", ~coral),
        ("bleached", (labels == "bleached") & coral, answers == 0),
        ("healthy", np.isin(labels, ["healthy", "not_coral"]) & coral, answers != 0),
    ):
        chosen = truth & sure
        yield name, int((right & chosen).sum()), int(chosen.sum())


def _fitted(counts: Counts) -> Rate:
    """Fit a beta-binomial distribution: right answers of each group out of all.

    Weak priors, a share of about 0.95 and a variation like that of 30 answers, keep few groups from claiming
    that nothing ever varies or that a site is always wholly right or wrong.
    """

    def surprise(found: NDArray[np.float64]) -> float:
        share, size = expit(found[0]), np.exp(found[1])
        likely = betabinom.logpmf(counts[:, 0], counts[:, 1], share * size, (1 - share) * size)
        return float(-likely.sum() + ((found - _PRIOR) ** 2 / (2 * _PRIOR_SPREAD**2)).sum())

    logit, log_size = minimize(surprise, _PRIOR, method="Nelder-Mead").x
    share, size = float(expit(logit)), float(np.exp(log_size))
    return Rate(round(share * size, 3), round((1 - share) * size, 3))


def _cover(
    items: Sequence[Item], measured: Measured, said: NDArray[np.float64], errors: ModelErrors
) -> Cover:
    """Measure a photo's labelled chunks as the server would; all others count nowhere."""
    places = [(item.patch.top // CHUNK_PX, item.patch.left // CHUNK_PX) for item in items]
    columns = max(column for _, column in places) + 1
    states = dict.fromkeys(range((max(row for row, _ in places) + 1) * columns), State.UNSURE)
    for (row, column), one in zip(places, said, strict=True):
        if one.max() >= measured.unsure_below:
            states[row * columns + column] = CLASSES[int(one.argmax())]
    chunk = Chunk(0, 0, CHUNK_PX, CHUNK_PX)
    predictions = [Prediction(chunk, state, (0.0, 0.0, 0.0)) for state in states.values()]
    return cover(predictions, columns, np.random.default_rng(0), errors)


def _labelled(table: Table, rows: Sequence[int]) -> tuple[float, float | None]:
    """Return the labelled cover of coral, and the bleached share of it: partly bleached counts half."""
    targets = table.targets[rows]
    coral = targets[:, :2].sum()
    return float(coral / len(rows)), float(targets[:, 0].sum() / coral) if coral else None
