"""Measure how often the model is right from site to site."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import betabinom

from coralchunk.inference.manifest import Errors
from coralchunk.science.model_error import Abstention, ErrorRates, ModelErrors, Rate
from coralchunk.terms import CLASSES, State
from research.measure import Measured
from research.table import Marks, Table

_LEAST: Final = 5  # answered patches that a group needs to be counted
_PRIOR: Final = np.array(
    [3.0, np.log(30.0)]
)  # of the log odds of being right, and of the log of alpha + beta
_PRIOR_SPREAD: Final = np.array([1.0, 0.7])

_LEAST_UNSURE: Final = 3  # patches of a group on both sides
_SMOOTHING: Final = 0.5  # added to each count of an odds ratio (Haldane 1956)
_NO_RATIO: Final = np.array([0.0, 0.0])  # of the mean, and of the log of the spread
_NO_RATIO_SPREAD: Final = np.array([2.0, 0.7])
_BETWEEN: Final = 1.5  # standard deviation between sites that the prior states
_RATES: Final = ("coral", "not coral", "bleached", "healthy")

Counts = NDArray[np.int64]  # (G, 2): right answers and all answers of each group


def site_errors(table: Table, measured: Measured, without: Collection[str] = ()) -> ModelErrors:
    """Fit the error rates of surveys' photos, with the photo and with the sea left out.

    without  groups that are not to be learned from
    """
    counts, unsure = defaultdict(list), defaultdict(list)
    for way in ("photo", "sea"):
        for rows in _groups(table, without):
            for name, right, total in _counted(table, measured, way, rows):
                if total >= _LEAST:
                    counts[name].append((right, total))
            for name, ratio in _ratios(table, measured, way, rows):
                unsure[name].append((str(table.sites[rows[0]]), *ratio))
    rates = {name: _fitted(np.array(counts[name]).reshape(-1, 2)) for name in _RATES}
    left = {name: _abstention(unsure[name]) for name in ("coral", "bleached")}
    return ModelErrors(
        ErrorRates(rates["coral"], rates["not coral"], left["coral"]),
        ErrorRates(rates["bleached"], rates["healthy"], left["bleached"]),
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
        | {f"{name}_abstention": astuple(one.abstention) for name, one in rates.items() if one.abstention}
        | {"measured_on": "photos of surveys, with the photo and with the sea left out"}
    )


def surveyed(table: Table) -> Marks:
    """Mark the classified patches of surveys."""
    return table.classified & ~np.char.startswith(table.sites, "web")


def _groups(table: Table, without: Collection[str]) -> Iterator[NDArray[np.int64]]:
    for group in np.unique(table.groups[surveyed(table)]):
        if group not in without:
            yield np.flatnonzero(surveyed(table) & (table.groups == group))


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


def _ratios(
    table: Table, measured: Measured, way: str, rows: NDArray[np.int64]
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Compare what is unsure with what is answered: the log odds ratio, and the variance of its sampling."""
    sure = measured.said[way][rows].max(axis=1) >= measured.unsure_below
    coral, bleached = table.targets[rows, :2].sum(axis=1), table.targets[rows, 0]
    for name, part, whole in (("coral", coral, np.ones_like(coral)), ("bleached", bleached, coral)):
        cells = [
            float(one[chosen].sum()) + _SMOOTHING for chosen in (~sure, sure) for one in (part, whole - part)
        ]
        if min(whole[~sure].sum(), whole[sure].sum()) >= _LEAST_UNSURE:
            ratio = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
            yield name, (float(ratio), float(sum(1 / cell for cell in cells)))


def _abstention(ratios: Sequence[tuple[str, float, float]]) -> Abstention:
    """Pool log odds ratios with their sites and variances: the mean of the sites, and how a new one varies.

    Two sites say little about how sites vary, so a prior counts as one more.
    """
    sites: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for site, ratio, variance in ratios:
        sites[site].append((ratio, variance))
    fitted = np.array([_normal(np.array(of_site)) for of_site in sites.values()]).reshape(-1, 2)
    if not len(fitted):
        return Abstention(0.0, round(float(np.hypot(_BETWEEN, 1.0)), 3))
    mean, within = float(fitted[:, 0].mean()), float((fitted[:, 1] ** 2).mean())
    between = (_BETWEEN**2 + float(((fitted[:, 0] - mean) ** 2).sum())) / len(fitted)
    return Abstention(round(mean, 3), round(float(np.sqrt(within + between)), 3))


def _normal(ratios: NDArray[np.float64]) -> tuple[float, float]:
    """Fit mean and spread to log odds ratios (G, 2) with their sampling variances, under weak priors."""

    def surprise(found: NDArray[np.float64]) -> float:
        variance = np.exp(2 * found[1]) + ratios[:, 1]
        likely = -0.5 * ((ratios[:, 0] - found[0]) ** 2 / variance + np.log(variance))
        return float(-likely.sum() + ((found - _NO_RATIO) ** 2 / (2 * _NO_RATIO_SPREAD**2)).sum())

    mean, log_spread = minimize(surprise, _NO_RATIO, method="Nelder-Mead").x
    return float(mean), float(np.exp(log_spread))
