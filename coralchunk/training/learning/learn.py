"""Learn a classifier: test it on a fifth of the pictures, then fit it on all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from coralchunk.terms import OutputKind
from coralchunk.training.learning.backbone import COLOURS
from coralchunk.training.learning.describe import Description
from coralchunk.training.learning.figures import Figures, measure
from coralchunk.training.learning.heads import Head, Lessons, fit_head
from coralchunk.training.learning.near_duplicates import group_near_duplicates
from coralchunk.training.learning.split import choose_tested
from coralchunk.training.learning.temperature import probabilities

_QUANTILES: Final = 5  # of values, as strata of the split


@dataclass(frozen=True, slots=True)
class Examples:
    """Pictures that people have labelled."""

    kind: OutputKind
    labels: tuple[str, ...]  # of the columns; one for values
    targets: NDArray[np.float64]  # (N, K), as in heads.Lessons
    digests: Sequence[str]  # N sha256 of the files, in hexadecimal
    descriptions: Sequence[Description]  # N
    tests: NDArray[np.bool_] | None = None  # (N,) those that are never learned from


@dataclass(frozen=True, slots=True)
class Learned:
    """A head, and how well it did."""

    head: Head  # fitted on all pictures
    strength: float  # of the fit, chosen by cross-validation
    figures: Figures  # of a head fitted without the tested pictures


def learn(examples: Examples) -> Learned:
    """Fit a head on pictures and their mirror images, and measure it on pictures that were left out.

    Computes in one thread: on matrices as small as these more threads mostly wait for each other (48 pictures
    on a busy machine with 2 cores: 16 s with two threads, 1.1 s with one).
    """
    with threadpool_limits(1):
        return _learn(examples)


def _learn(examples: Examples) -> Learned:
    groups = group_near_duplicates([one.fingerprint for one in examples.descriptions])
    groups = _with_equal_files(groups, examples.digests)
    lessons = Lessons(
        examples.kind,
        np.array([one.features for one in examples.descriptions]),
        examples.targets,
        groups,
    )
    mirrored = np.array([one.mirrored for one in examples.descriptions])
    never = np.zeros(len(groups), dtype=bool) if examples.tests is None else examples.tests
    strata = _strata(examples)
    tested = choose_tested(groups, strata, examples.digests)
    if not tested.any():  # the pictures of each label are all near-duplicates of each other
        alone = _with_equal_files(np.arange(len(groups)), examples.digests)
        tested = choose_tested(alone, strata, examples.digests)
    tested |= never
    head, strength = fit_head(_with_mirrored(lessons, mirrored, ~tested), COLOURS)
    said = probabilities(examples.kind, head.logits(lessons.features[tested]) / head.temperature)
    counts = (
        np.isfinite(examples.targets).sum(axis=0)
        if examples.kind is OutputKind.REGRESSION
        else (examples.targets > 0).sum(axis=0)
    )
    figures = measure(examples.kind, examples.labels, said, examples.targets[tested], counts)
    figures = replace(figures, learned=int((~tested).sum()))
    if (tested & ~never).any():
        head, strength = fit_head(_with_mirrored(lessons, mirrored, ~never), COLOURS)
    return Learned(head, strength, figures)


def _with_equal_files(groups: NDArray[np.intp], digests: Sequence[str]) -> NDArray[np.intp]:
    first: dict[str, int] = {}
    for picture, digest in enumerate(digests):
        earlier = first.setdefault(digest, picture)
        groups = np.where(groups == groups[picture], groups[earlier], groups)
    return groups


def _with_mirrored(lessons: Lessons, mirrored: NDArray[np.float32], chosen: NDArray[np.bool_]) -> Lessons:
    once = lessons.at(chosen)
    return Lessons(
        once.kind,
        np.concatenate([once.features, mirrored[chosen]]),
        np.concatenate([once.targets, once.targets]),
        np.concatenate([once.groups, once.groups]),
    )


def _strata(examples: Examples) -> NDArray[np.intp]:
    if examples.kind is OutputKind.MULTI_CLASS:
        return np.asarray(examples.targets.argmax(axis=1), dtype=np.intp)
    if examples.kind is OutputKind.REGRESSION:
        values = np.nanmean(examples.targets, axis=1)
        steps = np.quantile(values, np.linspace(0, 1, _QUANTILES + 1)[1:-1])
        return np.asarray(np.searchsorted(steps, values), dtype=np.intp)
    _, strata = np.unique(examples.targets > 0, axis=0, return_inverse=True)
    return np.asarray(strata, dtype=np.intp).reshape(-1)
