from itertools import combinations

import cv2
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coralchunk.arrays import Pixels
from coralchunk.imaging.grid import grid
from coralchunk.imaging.overlay import COLOURS, bounded, overlay
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.raster import ArrayRaster
from coralchunk.terms import Prediction, Size, State
from tests.reef import reef

CERTAIN = (0.9, 0.05, 0.05)
PREDICTED = [state for state in State if state is not State.PARTLY]  # only people say that
MARKED = [state for state in PREDICTED if state is not State.NO_DATA]


def drawn(photo: Pixels, state: State, max_side: int = 0) -> Pixels:
    """Draw a picture on which every chunk is in the same state."""
    size = Size(photo.shape[1], photo.shape[0])
    picture = Photo(ArrayRaster(photo), 1).shrunk(bounded(size, max_side))
    return overlay(picture, [Prediction(chunk, state, CERTAIN) for chunk in grid(size)], size)


@pytest.mark.parametrize(("one", "other"), list(combinations(MARKED, 2)), ids=lambda state: state.value)
@pytest.mark.parametrize("ground", [30, 128, 225], ids=["dark", "mid", "pale"])
def test_any_two_states_look_different_even_in_grey(ground: int, one: State, other: State) -> None:
    photo = np.full((244, 244, 3), ground, dtype=np.uint8)

    pictures = [drawn(photo, state) for state in (one, other)]

    greys = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(int) for picture in pictures]
    clearly_apart = np.abs(greys[0] - greys[1]) > 25
    assert clearly_apart.mean() > 0.005


def test_a_chunk_without_data_is_drawn_clear() -> None:
    photo = reef(300, 260)

    assert (drawn(photo, State.NO_DATA) == photo).all()


@pytest.mark.parametrize("max_side", [2048, 600], ids=["full size", "small on a phone"])
def test_bleached_is_told_from_healthy_by_a_bright_frame_whatever_the_colours(max_side: int) -> None:
    photo = np.full((976, 976, 3), 100, dtype=np.uint8)

    bleached, healthy = (
        cv2.cvtColor(drawn(photo, state, max_side), cv2.COLOR_RGB2GRAY)
        for state in (State.BLEACHED, State.HEALTHY)
    )

    assert (bleached[0] > 220).all()
    assert (healthy[0] < 150).all()


def test_the_colours_of_the_states_stay_apart_for_a_colour_blind_diver() -> None:
    # Without red-green vision, what is left is about brightness and blue.
    for one, other in combinations(COLOURS.values(), 2):
        red_green = [0.6 * rgb[0] + 0.4 * rgb[1] for rgb in (one, other)]
        assert abs(red_green[0] - red_green[1]) + abs(one[2] - other[2]) > 60


def test_the_photo_stays_as_it_was_and_recognisable_under_the_colours() -> None:
    photo = reef(732, 488)
    before = photo.copy()

    picture = drawn(photo, State.BLEACHED)

    inside = (slice(40, 200), slice(40, 200))
    likeness = np.corrcoef(photo[inside].ravel(), picture[inside].ravel())[0, 1]
    assert (photo == before).all()
    assert likeness > 0.85


def test_what_is_not_coral_keeps_its_pixels_inside_the_grid_line() -> None:
    photo = reef(488, 244)

    picture = drawn(photo, State.NOT_CORAL)

    assert (picture[1:-1, 1:243] == photo[1:-1, 1:243]).all()
    assert (picture[1:-1, 243:245] != photo[1:-1, 243:245]).any()


@given(
    width=st.integers(1, 800),
    height=st.integers(1, 800),
    max_side=st.integers(0, 300),
    state=st.sampled_from(PREDICTED),
)
@example(width=1, height=1, max_side=0, state=State.BLEACHED)
@example(width=245, height=245, max_side=10, state=State.UNSURE)
def test_a_picture_of_any_photo_has_the_size_that_was_told(
    width: int, height: int, max_side: int, state: State
) -> None:
    picture = drawn(np.zeros((height, width, 3), dtype=np.uint8), state, max_side)

    told = bounded(Size(width, height), max_side)
    assert picture.shape == (told.height, told.width, 3)
    assert picture.dtype == np.uint8


@given(width=st.integers(1, 20_000), height=st.integers(1, 20_000), max_side=st.integers(1, 5000))
def test_no_side_of_a_bounded_picture_is_longer_than_allowed_nor_the_shape_another(
    width: int, height: int, max_side: int
) -> None:
    size = bounded(Size(width, height), max_side)

    assert min(size.width, size.height) >= 1
    assert 0.9 * min(max_side, max(width, height)) <= max(size.width, size.height) <= max_side
    assert abs(size.width * height - size.height * width) <= max(width, height)


def test_a_picture_near_its_bound_is_a_plain_mean_of_pixels() -> None:
    photo = reef(1001, 600)

    picture = Photo(ArrayRaster(photo), 1).shrunk(bounded(Size(1001, 600), 520))

    assert picture.shape == (300, 501, 3)
    means = photo[:, :1000].reshape(300, 2, 500, 2, 3).mean(axis=(1, 3))
    assert np.abs(picture[:, :500] - means).max() <= 0.5


def test_without_a_bound_a_picture_is_as_large_as_its_photo() -> None:
    assert bounded(Size(9000, 12), 0) == Size(9000, 12)
