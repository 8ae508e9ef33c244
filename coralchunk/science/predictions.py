"""Turn the probabilities of each chunk into one state, or into "unsure"."""

from collections.abc import Sequence

from coralchunk.terms import CLASSES, Chunk, Prediction, Probabilities, State


def predictions(
    chunks: Sequence[Chunk], probabilities: Probabilities, unsure_below: float
) -> list[Prediction]:
    """Say what each chunk shows.

    chunks         N chunks
    probabilities  (N, 3) float32, calibrated, rows belonging to `chunks`
    unsure_below   a chunk whose largest probability is under this is unsure
    """
    best = probabilities.argmax(axis=1)
    sure = probabilities.max(axis=1) >= unsure_below
    return [
        Prediction(chunk, CLASSES[column] if certain else State.UNSURE, (row[0], row[1], row[2]))
        for chunk, column, certain, row in zip(
            chunks, best.tolist(), sure.tolist(), probabilities.tolist(), strict=True
        )
    ]
