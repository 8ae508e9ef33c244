import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.imaging.grid import grid
from coralchunk.science.predictions import predictions
from coralchunk.terms import CLASSES, Size, State

CHUNKS = grid(Size(488, 244))


@pytest.mark.parametrize(
    ("probabilities", "state"),
    [
        pytest.param((0.8, 0.1, 0.1), State.BLEACHED, id="bleached"),
        pytest.param((0.1, 0.8, 0.1), State.HEALTHY, id="healthy"),
        pytest.param((0.1, 0.1, 0.8), State.NOT_CORAL, id="not coral"),
        pytest.param((0.49, 0.41, 0.1), State.UNSURE, id="nothing above the threshold"),
        pytest.param((0.1, 0.4, 0.5), State.NOT_CORAL, id="exactly at the threshold"),
    ],
)
def test_a_chunk_is_what_is_most_probable_unless_that_is_too_little(
    probabilities: tuple[float, float, float], state: State
) -> None:
    classified = np.array([probabilities, (0.0, 0.0, 1.0)], dtype=np.float32)

    first, second = predictions(CHUNKS, classified, unsure_below=0.5)

    assert (first.chunk, first.state) == (CHUNKS[0], state)
    assert first.probabilities == pytest.approx(probabilities)
    assert (second.chunk, second.state) == (CHUNKS[1], State.NOT_CORAL)


@given(rows=st.lists(st.tuples(*[st.floats(0.01, 1)] * 3), min_size=2, max_size=2), threshold=st.floats(0, 1))
def test_every_chunk_is_judged_and_a_sure_one_by_its_largest_probability(
    rows: list[tuple[float, float, float]], threshold: float
) -> None:
    classified = np.array(rows, dtype=np.float32)
    classified /= classified.sum(axis=1, keepdims=True)

    said = predictions(CHUNKS, classified, threshold)

    assert [prediction.chunk for prediction in said] == CHUNKS
    for prediction, row in zip(said, classified, strict=True):
        expected = CLASSES[int(row.argmax())] if row.max() >= threshold else State.UNSURE
        assert prediction.state is expected


def test_chunks_and_probabilities_of_different_number_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        predictions(CHUNKS, np.ones((1, 3), dtype=np.float32), 0.5)
