"""Compute the figures of a review: what is known by now, and what some more checks would add."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, takewhile
from typing import Final

import numpy as np

from coralchunk.science.agreement import Agreement, agreement
from coralchunk.science.audit import Audit, Stratum, estimate
from coralchunk.science.checking import Shares, expected_effects, unchecked_intervals
from coralchunk.science.cover import Share
from coralchunk.science.model_error import ModelErrors
from coralchunk.surveys.review.order import as_values, bleached_part, in_strata, is_coral
from coralchunk.surveys.review.population import Population, ReviewChunk
from coralchunk.terms import State

AHEAD: Final = 40  # checks that the forecast looks ahead
_MOST_PAIRS: Final = 10
_NO_RATES: Final = "the model states no error rates"
_NOTHING: Final = "nothing is known of any chunk"


@dataclass(frozen=True, slots=True)
class PairOfPeople:
    """Two people who labelled the same chunks."""

    first: str
    second: str
    agreement: Agreement


def audit_of(found: Population, seed: int, more: int = 0) -> tuple[Audit, int]:
    """Estimate cover from the random sample. Returns also how many labelled chunks it uses.

    Of each stratum the chunks in random order count up to the first without a label: what people labelled
    beyond it, they chose.

    more  as in science.audit
    """
    strata = [_stratum(chunks) for chunks in in_strata(found, seed)]
    return estimate(strata, more), sum(len(one.weights) for one in strata)


def _stratum(chunks: Sequence[ReviewChunk]) -> Stratum:
    labelled = list(takewhile(lambda chunk: chunk.label is not None, chunks))
    labels = [chunk.label or State.UNSURE for chunk in labelled]
    return Stratum(
        len(chunks),
        np.array([chunk.weight for chunk in labelled]),
        np.array([float(label is not State.UNSURE) for label in labels]),
        np.array([is_coral(label) for label in labels]),
        np.array([bleached_part(label) for label in labels]),
    )


def checked_covers(found: Population, errors: ModelErrors | None, more: Sequence[ReviewChunk] = ()) -> Audit:
    """Return cover by the labels that count, with intervals of what the unchecked chunks may still change.

    errors  of the model; None where it states none, or where several models classified the photos
    more    chunks that are taken to be checked besides
    """
    value = _shares(found)
    if errors is None or not found.chunks:
        reason = _NO_RATES if found.chunks else _NOTHING
        return Audit(*(Share(one, None, reason) for one in (value.coral, value.bleached)))
    values = as_values(found.chunks)
    effects = expected_effects(values)
    ahead = {chunk.place for chunk in more}
    open_ = np.array([chunk.label is None and chunk.place not in ahead for chunk in found.chunks])
    left = float(effects[open_].sum() / effects.sum()) if effects.sum() else 0.0
    # A fixed seed: the same labels give the same figures.
    intervals = unchecked_intervals(values, errors, value, left, np.random.default_rng(0))
    return Audit(
        *(
            Share(one, interval, None if interval else _NOTHING)
            for one, interval in zip((value.coral, value.bleached), intervals, strict=True)
        )
    )


def _shares(found: Population) -> Shares:
    known = coral = bleached = 0.0
    for chunk in found.chunks:
        label = chunk.label or chunk.said
        known += chunk.weight * (label is not State.UNSURE)
        coral += chunk.weight * is_coral(label)
        bleached += chunk.weight * bleached_part(label)
    return Shares(coral / known if known else None, bleached / coral if coral else None)


def pairs_of(found: Population) -> list[PairOfPeople]:
    """Compare those who labelled the same chunks, the pairs with most chunks in common first."""
    pairs = sorted(_pairs(found), key=lambda pair: -pair.agreement.chunks)
    return pairs[:_MOST_PAIRS]


def _pairs(found: Population) -> Iterator[PairOfPeople]:
    places = {chunk.place for chunk in found.chunks}
    for first, second in combinations(sorted(found.labels_by), 2):
        mine, others = found.labels_by[first], found.labels_by[second]
        common = sorted(mine.keys() & others.keys() & places)
        if common:
            labels = ([labels[place] for place in common] for labels in (mine, others))
            yield PairOfPeople(first, second, agreement(*labels))
