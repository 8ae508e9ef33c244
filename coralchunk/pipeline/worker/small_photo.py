"""Classify the chunks of a photo in several threads, and search the photo for the colour card meanwhile."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from coralchunk.arrays import Probabilities
from coralchunk.imaging.card.in_photo import CardInPhoto, card_in
from coralchunk.imaging.halved import ClassifiedPhoto
from coralchunk.inference.classifier import Classifier
from coralchunk.pipeline.worker.classifier_cache import classify_chunks
from coralchunk.terms import Chunk

_FEWEST: Final = 2  # chunks that a thread takes at a time


@dataclass(frozen=True, slots=True)
class Searched:
    """The outcome of the search for the colour card."""

    card: CardInPhoto | None


def classify_and_search(
    classifier: Classifier, photo: ClassifiedPhoto, chunks: Sequence[Chunk], threads: int
) -> tuple[Probabilities, Searched]:
    """Classify chunks as `classify_chunks` does, and search their photo for the card, as `card_in` does."""
    with ThreadPoolExecutor(threads) as pool:
        card = pool.submit(card_in, photo)
        _ = photo.scene  # once, before several threads ask for it
        parts = _parts(chunks, threads)
        classified = list(pool.map(partial(classify_chunks, classifier, photo), parts))
        return np.concatenate(classified), Searched(card.result())


def _parts(chunks: Sequence[Chunk], threads: int) -> list[Sequence[Chunk]]:
    """Divide chunks among threads: ever fewer at a time, so that all end together whenever they began."""
    parts = []
    while chunks:
        taken = max(_FEWEST, len(chunks) // (2 * threads))
        parts.append(chunks[:taken])
        chunks = chunks[taken:]
    return parts
