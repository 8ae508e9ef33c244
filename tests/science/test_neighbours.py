"""Test how the chunks of a photo refine each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from coralchunk.arrays import Probabilities
from coralchunk.science.neighbours import Neighbourhood, refined

HOW = Neighbourhood(weight=1.2, largest=2.0, temperature=1.1)
BLEACHED, HEALTHY, ROCK = (0.9, 0.06, 0.04), (0.05, 0.9, 0.05), (0.02, 0.03, 0.95)
DOUBTFUL = (0.3, 0.3, 0.4)


@st.composite
def photos(draw: st.DrawFn) -> tuple[Probabilities, int]:
    """Draw probabilities of all chunks of a photo, some without data, and how many lie in a row."""
    down, across = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    raw = draw(arrays(np.float64, (down * across, 3), elements=st.floats(0.0, 1.0))) + 1e-9
    rows = (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)
    rows[draw(arrays(np.bool_, down * across))] = np.nan
    return rows, across


def grid(middle: tuple[float, ...], around: tuple[float, ...]) -> Probabilities:
    """Return a photo of three by three chunks."""
    return np.array([middle if place == 4 else around for place in range(9)], dtype=np.float32)


@pytest.mark.parametrize(("around", "column"), [(BLEACHED, 0), (HEALTHY, 1), (ROCK, 2)])
def test_a_doubtful_chunk_becomes_what_is_around_it(around: tuple[float, ...], column: int) -> None:
    found = refined(grid(DOUBTFUL, around), 3, HOW)[4]

    assert found.argmax() == column
    assert found[column] > DOUBTFUL[column] + 0.2


def test_rock_around_a_coral_says_nothing_about_whether_it_is_bleached() -> None:
    pale_rock = (0.019, 0.001, 0.98)

    found = refined(grid((0.5, 0.45, 0.05), pale_rock), 3, HOW)[4]

    assert found[0] / found[1] == pytest.approx(0.5 / 0.45, rel=0.1)


def test_a_chunk_that_the_model_is_sure_of_withstands_its_neighbours() -> None:
    assert refined(grid((0.998, 0.001, 0.001), HEALTHY), 3, HOW)[4].argmax() == 0


def test_a_neighbour_at_an_edge_counts_twice_as_much_as_one_at_a_corner() -> None:
    photo = grid(DOUBTFUL, ROCK)
    edge, corner = photo.copy(), photo.copy()
    edge[1], corner[0] = BLEACHED, BLEACHED

    plain, at_edge, at_corner = (refined(one, 3, Neighbourhood(1, 9, 1))[4] for one in (photo, edge, corner))

    def odds(of: Probabilities) -> float:
        return float(np.log((of[0] + of[1]) / of[2]))

    assert odds(at_edge) - odds(plain) == pytest.approx(2 * (odds(at_corner) - odds(plain)), rel=1e-3)


@given(photos())
def test_refined_probabilities_add_up_and_what_has_no_data_stays_empty(
    photo: tuple[Probabilities, int],
) -> None:
    rows, across = photo
    found = refined(rows, across, HOW)

    assert found.dtype == np.float32
    np.testing.assert_array_equal(np.isnan(found), np.isnan(rows))
    np.testing.assert_allclose(found[~np.isnan(found[:, 0])].sum(axis=1), 1, atol=1e-5)


@given(photos())
def test_a_mirrored_photo_is_refined_to_the_mirrored_answers(photo: tuple[Probabilities, int]) -> None:
    rows, across = photo
    flipped = rows.reshape(-1, across, 3)[::-1, ::-1].reshape(-1, 3)

    found = refined(flipped, across, HOW).reshape(-1, across, 3)[::-1, ::-1].reshape(-1, 3)

    np.testing.assert_allclose(found, refined(rows, across, HOW), atol=1e-6)


@given(photos())
def test_without_weight_and_temperature_nothing_changes(photo: tuple[Probabilities, int]) -> None:
    rows, across = photo

    np.testing.assert_allclose(refined(rows, across, Neighbourhood(0, 2, 1)), rows, atol=1e-4)


@pytest.mark.parametrize("lonely", [0, 4, 8])
def test_a_chunk_without_neighbours_stays_as_it_is(lonely: int) -> None:
    rows = np.full((9, 3), np.nan, dtype=np.float32)
    rows[lonely] = DOUBTFUL

    np.testing.assert_array_equal(refined(rows, 3, HOW), rows)
