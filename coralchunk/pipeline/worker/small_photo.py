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

_AT_ONCE: Final = 3  # chunks that a thread takes: few, so that all threads end at the same time


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
        parts = [chunks[start : start + _AT_ONCE] for start in range(0, len(chunks), _AT_ONCE)]
        classified = list(pool.map(partial(classify_chunks, classifier, photo), parts))
        return np.concatenate(classified), Searched(card.result())
