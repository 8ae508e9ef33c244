"""Turn the probabilities of each chunk into one state, or into "unsure"."""

from collections.abc import Sequence

import numpy as np

from coralchunk.arrays import Probabilities
from coralchunk.terms import CLASSES, Chunk, Prediction, State


def predictions(
    chunks: Sequence[Chunk],
    probabilities: Probabilities,
    unsure_below: float,
    seen_px: Sequence[int] | None = None,
) -> list[Prediction]:
    """Say what each chunk shows.

    chunks         N chunks
    probabilities  (N, 3) float32, calibrated, rows belonging to `chunks`; NaN for a chunk without data
    unsure_below   a chunk whose largest probability is under this is unsure
    seen_px        how many pixels of each chunk hold something; None for all of them
    """
    known = np.nan_to_num(probabilities, nan=0.0)
    best: list[int] = known.argmax(axis=1).tolist()
    sure: list[bool] = (known.max(axis=1) >= unsure_below).tolist()
    empty = np.isnan(probabilities[:, 0])
    seen: Sequence[int | None] = seen_px or [None] * len(chunks)
    return [
        Prediction(chunk, _state(column, is_sure=is_sure, is_empty=is_empty), (row[0], row[1], row[2]), px)
        for chunk, column, is_sure, is_empty, row, px in zip(
            chunks, best, sure, empty, known.tolist(), seen, strict=True
        )
    ]


def _state(column: int, *, is_sure: bool, is_empty: bool) -> State:
    if is_empty:
        return State.NO_DATA
    return CLASSES[column] if is_sure else State.UNSURE
