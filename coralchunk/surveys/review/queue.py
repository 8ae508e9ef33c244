"""Choose the chunks that a person checks next."""

from collections.abc import Sequence
from dataclasses import dataclass

from coralchunk.surveys.review.order import at_random, by_effect
from coralchunk.surveys.review.population import Population, ReviewChunk


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to check."""

    order: str  # "uncertain" or "random"
    by: str | None
    limit: int  # chunks at once
    sample: int  # size of the random sample
    seed: int  # of the random order


@dataclass(frozen=True, slots=True)
class Queue:
    """The chunks of an order."""

    checked: int
    total: int
    open: Sequence[ReviewChunk]  # still to check, first ones first


def queue_of(found: Population, wanted: Wanted) -> Queue:
    """Return the chunks that a person has still to check, in order."""
    if wanted.order == "random" and wanted.by is not None:
        chosen = at_random(found, wanted.seed, wanted.sample)
        mine = found.labels_by.get(wanted.by, {})
        open_ = [one for one in chosen if one.place not in mine]
    else:
        is_random = wanted.order == "random"
        chosen = at_random(found, wanted.seed, wanted.sample) if is_random else by_effect(found)
        open_ = [one for one in chosen if one.label is None]
    return Queue(len(chosen) - len(open_), len(chosen), open_)
