"""Put the chunks of a survey in the order in which people check them."""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np

from coralchunk.science.audit import next_stratum
from coralchunk.science.checking import Chunks, expected_effects
from coralchunk.surveys.review.population import Population, ReviewChunk
from coralchunk.terms import CORAL, State

#: What the model says of a chunk, in the order of science.checking; also the strata of the random audit.
STRATA: Final = (State.BLEACHED, State.HEALTHY, State.NOT_CORAL, State.UNSURE)
_KIND: Final = {state: number for number, state in enumerate(STRATA)}


def as_values(chunks: Sequence[ReviewChunk]) -> Chunks:
    """Return what the model says of chunks as arrays."""
    return Chunks(
        np.array([chunk.probabilities for chunk in chunks], dtype=np.float64).reshape(-1, 3),
        np.array([_KIND[chunk.said] for chunk in chunks], dtype=np.int64),
        np.array([chunk.weight for chunk in chunks], dtype=np.float64),
    )


def effects_of(found: Population) -> list[float]:
    """Return the expected effect of each chunk on cover, see science.checking."""
    return [float(effect) for effect in expected_effects(as_values(found.chunks))]


def by_effect(found: Population) -> list[ReviewChunk]:
    """Return the chunks, those with the largest expected effect on cover first."""
    effects = effects_of(found)
    places = sorted(range(len(effects)), key=lambda place: -effects[place])
    return [found.chunks[place] for place in places]


def in_strata(found: Population, seed: int) -> list[list[ReviewChunk]]:
    """Return the chunks of each stratum in random order.

    Each chunk has a random number of its own, which depends on nothing but the seed and its place, so the
    first chunks are a random sample also after photos were added (permanent random numbers: Ohlsson,
    "Coordination of samples using permanent random numbers", Business Survey Methods, 1995).

    seed  of the survey; the same one gives the same order to everybody
    """
    strata: list[list[ReviewChunk]] = [[] for _ in STRATA]
    for chunk in found.chunks:
        strata[_KIND[chunk.said]].append(chunk)
    for stratum in strata:
        stratum.sort(key=lambda chunk: _random_number(seed, chunk))
    return strata


def at_random(found: Population, seed: int, count: int) -> list[ReviewChunk]:
    """Return the first chunks of the random audit, all strata in turn. `seed` as in in_strata."""
    strata = in_strata(found, seed)
    sizes, taken = [len(stratum) for stratum in strata], [0] * len(strata)
    chosen = []
    for _ in range(min(count, sum(sizes))):
        number = next_stratum(sizes, taken)
        chosen.append(strata[number][taken[number]])
        taken[number] += 1
    return chosen


def bleached_part(label: State) -> float:
    """Return how much of a chunk is bleached coral."""
    return {State.BLEACHED: 1.0, State.PARTLY: 0.5}.get(label, 0.0)


def is_coral(label: State) -> float:
    """Return 1 for coral, else 0."""
    return float(label in CORAL)


def _random_number(seed: int, chunk: ReviewChunk) -> bytes:
    return hashlib.sha256(f"{seed}:{chunk.photo.job_id}:{chunk.number}".encode()).digest()
