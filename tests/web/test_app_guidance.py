"""Test what the app says about a photo before the server does."""

import base64

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from coralchunk.arrays import Pixels
from coralchunk.imaging.grid import spread
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.raster import ArrayRaster
from coralchunk.science.quality import quality
from tests.reef import encoded, reef
from tests.web.app import STATIC, barriers, card, choose, completed, file
from tests.web.conftest import PHONE, NewPage

_LOOK = """async ([script, encoded]) => {
  const { lookAt } = await import(script);
  return lookAt(new Blob([Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0))]));
}"""


def spoilt(width: int, height: int, gain: tuple[float, ...] = (1, 1, 1), blur_px: float = 0) -> Pixels:
    """Draw a sharp reef, with fine grain as photos have, and spoil it."""
    grain = np.random.default_rng(5).normal(0, 14, (height, width, 1))
    photo = (reef(width, height, seed=2) + grain) * np.array(gain)
    if blur_px:
        photo = cv2.GaussianBlur(photo, (0, 0), blur_px)
    return np.clip(photo, 0, 255).astype(np.uint8)


def blurred() -> bytes:
    return encoded(spoilt(900, 600, blur_px=5), quality=90)


def sharp() -> bytes:
    return encoded(spoilt(900, 600), quality=90)


@pytest.fixture(scope="module")
def photos() -> dict[str, Pixels]:
    """Photos with and without faults, of several sizes."""
    return {
        "sharp": spoilt(1000, 700),
        "smaller than a window": spoilt(200, 150),
        "dark": spoilt(700, 500, gain=(0.12, 0.12, 0.12)),
        "bright": spoilt(700, 500, gain=(2.5, 2.5, 2.5)),
        "blurred": spoilt(700, 900, blur_px=5),
        "blue": spoilt(700, 500, gain=(0.15, 0.7, 1.2)),
        "veiled": np.clip(spoilt(700, 500) * 0.15 + np.array([80, 130, 150]), 0, 255).astype(np.uint8),
    }


def test_the_browser_measures_a_photo_as_the_server_does(page: Page, photos: dict[str, Pixels]) -> None:
    found = {}

    for name, pixels in photos.items():
        look = page.evaluate(
            _LOOK, [f"{STATIC}/photos/look.js", base64.b64encode(encoded(pixels, "PNG")).decode()]
        )
        whole = Photo(ArrayRaster(pixels), 1)
        expected = quality(whole.small, whole.windows(spread(whole.size, 3)))
        found[name] = look["notes"]
        assert look["notes"] == [note.code for note in expected.notes], name
        for measure in ("brightness", "shadows", "contrast", "sharpness", "red_share", "green_share"):
            assert look["measured"][measure] == pytest.approx(getattr(expected, measure), abs=0.02), name

    assert found["sharp"] == []
    faults = {
        "dark": "too_dark",
        "bright": "too_bright",
        "blurred": "blurred",
        "blue": "blue_cast",
        "veiled": "hazy",
    }
    assert all(code in found[name] for name, code in faults.items()), found


def test_a_blurred_photo_is_sent_all_the_same_and_its_card_says_what_to_do(page: Page) -> None:
    choose(page, file("blurred.jpg", blurred()), file("sharp.jpg", sharp()))

    done = completed(page, "blurred.jpg")
    completed(page, "sharp.jpg")

    expect(done).to_contain_text("Blurred: hold still")
    expect(card(page, "sharp.jpg").locator(".advice")).to_be_hidden()
    assert barriers(page) == []
    done.get_by_role("button", name="Keep this photo: blurred.jpg").click()
    expect(done.locator(".advice")).to_be_hidden()
    expect(done.get_by_role("link", name="Look at blurred.jpg")).to_be_focused()
    page.reload()
    expect(completed(page, "blurred.jpg").locator(".advice")).to_be_hidden()


def test_a_photo_taken_again_replaces_the_first_only_once_it_is_there(new_page: NewPage) -> None:
    page = new_page(expected="404 (NOT FOUND", **PHONE)  # the progress of the first, when it is gone
    page.goto("/")
    choose(page, file("first.jpg", blurred()))
    again = card(page, "first.jpg").get_by_role("button", name="Take again: first.jpg")

    with page.expect_file_chooser() as camera:
        again.click()
    expect(card(page, "first.jpg")).to_have_count(1)
    camera.value.set_files([file("second.jpg", sharp())])

    completed(page, "second.jpg")
    expect(card(page, "first.jpg")).to_have_count(0)


def test_a_browser_that_cannot_draw_in_a_worker_looks_at_photos_in_the_page(new_page: NewPage) -> None:
    page = new_page()
    page.add_init_script("delete window.OffscreenCanvas")
    page.goto("/")

    choose(page, file("blurred.jpg", blurred()))

    expect(completed(page, "blurred.jpg")).to_contain_text("Blurred: hold still")
    expect(card(page, "blurred.jpg").locator("img")).to_be_visible()
