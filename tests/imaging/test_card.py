"""Test that the colour card is found where it is, measured right, and never seen where it is not."""

import math

import cv2
import numpy as np
import pytest
from cv2 import aruco
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.arrays import Pixels
from coralchunk.imaging.card.in_photo import CardInPhoto, card_in
from coralchunk.imaging.card.layout import dictionary
from coralchunk.imaging.grid import grid
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.raster import ArrayRaster
from tests.cards import cast, with_card
from tests.reef import reef

WIDTH, HEIGHT = 1500, 1100
MIDDLE = (WIDTH / 2, HEIGHT / 2)


def found_in(pixels: Pixels) -> CardInPhoto | None:
    return card_in(Photo(ArrayRaster(np.ascontiguousarray(pixels)), 1))


def card_of(pixels: Pixels) -> CardInPhoto:
    found = found_in(pixels)
    assert found is not None
    return found


@pytest.mark.slow
@given(
    px_per_cm=st.floats(12, 45),
    tilt=st.floats(0, 45),
    turn=st.floats(0, 360),
    seed=st.integers(1, 4),
)
def test_scale_and_tilt_are_measured_from_every_side(
    px_per_cm: float, tilt: float, turn: float, seed: int
) -> None:
    photo, corners = with_card(
        reef(WIDTH, HEIGHT, seed), px_per_cm, MIDDLE, tilt_degrees=tilt, turn_degrees=turn
    )

    card = card_of(photo)

    assert card.px_per_cm == pytest.approx(px_per_cm * math.sqrt(math.cos(math.radians(tilt))), rel=0.015)
    assert card.tilt_degrees == pytest.approx(tilt, abs=2 if tilt > 20 else 8)  # flat near 0, as a cosine is
    assert np.abs(card.corners - corners).max() < 0.02 * 21 * px_per_cm
    assert card.is_flat == (card.tilt_degrees <= 15)


@pytest.mark.parametrize(
    "light",
    [
        pytest.param((1, 1, 1), id="no cast"),
        pytest.param((0.2, 0.8, 1), id="blue water"),
        pytest.param((0.3, 0.9, 0.5), id="green water"),
        pytest.param((0.15, 0.15, 0.15), id="little light"),
    ],
)
def test_the_white_balance_undoes_a_cast(light: tuple[float, float, float]) -> None:
    photo, _ = with_card(reef(WIDTH, HEIGHT), 40, MIDDLE, turn_degrees=20)

    balance = card_of(cast(photo, *light)).white_balance

    assert balance is not None
    assert balance.red == pytest.approx(light[1] / light[0], rel=0.05)
    assert balance.blue == pytest.approx(light[1] / light[2], rel=0.05)
    assert balance.colour_error is not None
    assert balance.colour_error[1] < 4  # hardly to be seen
    assert balance.colour_error[0] >= (10 if len(set(light)) > 1 else 0)


def test_a_blurred_card_with_a_hand_over_one_marker_is_found() -> None:
    photo, corners = with_card(reef(WIDTH, HEIGHT), 35, MIDDLE, tilt_degrees=10, turn_degrees=200)
    x, y = (round(float(value)) for value in corners[2])
    cv2.circle(photo, (x, y), 150, (150, 110, 90), cv2.FILLED)

    card = card_of(cv2.GaussianBlur(photo, (0, 0), 3))

    assert card.markers == 3
    assert card.px_per_cm == pytest.approx(35, rel=0.03)


@pytest.mark.parametrize(
    ("width", "px_per_cm"),
    [
        pytest.param(1672, 10, id="an eighth of the width of a large photo"),
        pytest.param(1100, 9, id="a sixth of the width of a photo that is searched at its own size"),
        pytest.param(800, 9, id="a quarter of the width of a photo too small for two searches"),
    ],
)
def test_a_small_card_is_found(width: int, px_per_cm: float) -> None:
    height = width * 3 // 4
    photo, _ = with_card(reef(width, height), px_per_cm, (width / 3, height / 2), turn_degrees=30)

    assert card_of(photo).px_per_cm == pytest.approx(px_per_cm, rel=0.03)


def test_an_overexposed_card_gives_the_scale_but_no_white_balance() -> None:
    photo, _ = with_card(reef(WIDTH, HEIGHT), 40, MIDDLE)
    pale = np.where(photo > 60, 255, photo).astype(np.uint8)

    card = card_of(pale)

    assert card.white_balance is None
    assert card.px_per_cm == pytest.approx(40, rel=0.02)


def test_a_mirrored_card_and_markers_without_the_card_are_none() -> None:
    photo, _ = with_card(reef(WIDTH, HEIGHT), 40, MIDDLE)
    loose = reef(WIDTH, HEIGHT)
    for place, number in enumerate((11, 24, 37, 48)):  # the right codes in a row
        marker = aruco.generateImageMarker(dictionary(), number, 120)
        loose[300:460, 100 + 300 * place : 260 + 300 * place] = 255
        loose[320:440, 120 + 300 * place : 240 + 300 * place] = marker[..., np.newaxis]

    assert found_in(photo[:, ::-1]) is None
    assert found_in(loose) is None


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_photo_without_the_card_has_none(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (96, 128, 3), dtype=np.uint8)

    assert found_in(reef(WIDTH, HEIGHT, seed)) is None
    assert found_in(cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)) is None
    assert found_in(reef(60, 40, seed)) is None


def test_the_card_covers_its_own_area_of_the_chunks() -> None:
    photo, corners = with_card(reef(WIDTH, HEIGHT), 30, MIDDLE, turn_degrees=33)
    card = card_of(photo)
    size = Photo(ArrayRaster(photo), 1).size

    covered = sum(card.covered_px(chunk) for chunk in grid(size))

    assert covered == pytest.approx(cv2.contourArea(corners), rel=0.01)
    assert all(0 <= card.covered_px(chunk) <= chunk.width * chunk.height for chunk in grid(size))
