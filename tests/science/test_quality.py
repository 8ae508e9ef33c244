"""Test the quality measures on photos that were degraded on purpose, and on a good one."""

from dataclasses import asdict

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.arrays import Pixels
from coralchunk.science.quality import Quality, quality

WINDOW_PX = 244


def texture(seed: int = 1) -> Pixels:
    """Draw something with detail of every size, as brown, green and sand as a reef."""
    random = np.random.default_rng(seed)
    grey = sum(
        cv2.resize(random.normal(0, 1, (px, px)), (WINDOW_PX, WINDOW_PX), interpolation=cv2.INTER_CUBIC)
        for px in (8, 30, 120, WINDOW_PX)
    )
    tinted = 110 + 28 * grey[..., np.newaxis] * np.array([1.0, 0.95, 0.8])
    return np.clip(tinted, 0, 255).astype(np.uint8)


def measured(photo: Pixels) -> Quality:
    return quality(cv2.resize(photo, (128, 128), interpolation=cv2.INTER_AREA), np.stack([photo] * 3))


def spoilt(gain: tuple[float, float, float] = (1, 1, 1), veil: float = 0, blur_px: float = 0) -> Pixels:
    photo = texture().astype(np.float32) * gain * (1 - veil) + veil * np.array([70, 130, 150])
    if blur_px:
        photo = cv2.GaussianBlur(photo, (0, 0), blur_px)
    return np.clip(photo, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("photo", "codes"),
    [
        pytest.param(spoilt(), [], id="a good photo"),
        pytest.param(spoilt(gain=(0.2, 0.2, 0.2)), ["too_dark"], id="a fifth of the light"),
        pytest.param(spoilt(gain=(2.4, 2.4, 2.4)), ["too_bright"], id="far too much light"),
        pytest.param(spoilt(blur_px=4), ["blurred"], id="blurred"),
        pytest.param(spoilt(gain=(0.2, 0.8, 1.3)), ["blue_cast"], id="blue water"),
        pytest.param(spoilt(gain=(0.2, 1.2, 0.8)), ["green_cast"], id="green water"),
        pytest.param(spoilt(veil=0.8), ["hazy"], id="far away"),
    ],
)
def test_what_is_wrong_with_a_photo_is_said(photo: Pixels, codes: list[str]) -> None:
    notes = measured(photo).notes

    assert [note.code for note in notes] == codes
    assert all(note.text.endswith(".") for note in notes)


def test_sharpness_does_not_move_with_light_and_veil() -> None:
    sharp = measured(spoilt()).sharpness
    assert sharp is not None

    for other in (spoilt(gain=(0.5, 0.5, 0.5)), spoilt(veil=0.5)):
        assert measured(other).sharpness == pytest.approx(sharp, rel=0.1)


def test_a_photo_without_detail_is_not_called_blurred() -> None:
    found = measured(np.full((WINDOW_PX, WINDOW_PX, 3), (90, 120, 130), np.uint8))

    assert found.sharpness is None
    assert "blurred" not in {note.code for note in found.notes}


@given(
    pixels=st.lists(st.integers(0, 255), min_size=12, max_size=12),
)
def test_every_figure_stays_on_its_scale(pixels: list[int]) -> None:
    small = np.array(pixels, dtype=np.uint8).reshape(2, 2, 3)
    photo = np.kron(small, np.ones((122, 122, 1), dtype=np.uint8))

    told = asdict(quality(small, photo[np.newaxis]))
    sharpness, notes = told.pop("sharpness"), told.pop("notes")

    assert all(0 <= value <= 1 for value in told.values())
    assert sharpness is None or sharpness >= 0
    assert len({note["code"] for note in notes}) == len(notes)
