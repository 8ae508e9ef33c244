import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coralchunk.imaging.grid import grid
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.scene import scene
from coralchunk.imaging.windows import windows
from coralchunk.terms import Pixels, Size
from tests.reef import reef

MODES = ["RGB", "L", "LA", "RGBA", "P", "CMYK", "1", "I;16", "I"]
#: EXIF orientation -> how often the upright photo was turned by 90 degrees, after it was mirrored or not.
STORED = {1: (0, False), 2: (0, True), 3: (2, False), 4: (2, True), 5: (1, True), 6: (1, False), 7: (3, True)}
STORED[8] = (3, False)


def in_mode(photo: Pixels, mode: str) -> Image.Image:
    image = Image.fromarray(photo)
    if mode in {"I;16", "I"}:
        deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
        return deep if mode == "I;16" else deep.convert("I")
    return image.convert(mode)


def stored(photo: Pixels, orientation: int) -> Pixels:
    """Turn an upright photo the way a camera held like this would have stored it."""
    quarters, is_mirrored = STORED[orientation]
    return np.ascontiguousarray(np.rot90(photo[:, ::-1] if is_mirrored else photo, quarters))


@pytest.mark.parametrize("orientation", STORED)
def test_a_photo_is_upright_however_the_camera_was_held(orientation: int) -> None:
    upright = reef(733, 610)

    photo = Photo(Image.fromarray(stored(upright, orientation)), orientation)

    assert photo.size == Size(733, 610)
    assert (photo.pixels() == upright).all()


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("mode", MODES)
def test_windows_are_those_of_the_whole_photo_in_any_mode_and_position(mode: str, orientation: int) -> None:
    photo = Photo(in_mode(reef(733, 610), mode), orientation)
    chunks = grid(photo.size)

    piecewise = photo.windows(chunks)

    assert (piecewise == windows(photo.pixels(), chunks)).all()


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("mode", MODES)
def test_the_scene_is_that_of_the_whole_photo(mode: str, orientation: int) -> None:
    photo = Photo(in_mode(reef(2300, 1900), mode), orientation)

    measured = photo.scene

    assert np.abs(measured - scene(photo.pixels())).max() < 0.01


@given(width=st.integers(1, 700), height=st.integers(1, 700), share=st.floats(0.05, 1))
def test_a_smaller_copy_has_the_size_asked_for_and_keeps_an_even_colour(
    width: int, height: int, share: float
) -> None:
    photo = Photo(Image.new("RGB", (width, height), (90, 140, 30)), 1)
    size = Size(max(1, round(width * share)), max(1, round(height * share)))

    small = photo.shrunk(size)

    assert small.shape == (size.height, size.width, 3)
    assert (small == (90, 140, 30)).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_smaller_copy_shows_things_where_they_were(mode: str) -> None:
    pixels = np.zeros((1000, 3000, 3), dtype=np.uint8)
    pixels[:, 1500:] = 255

    small = Photo(in_mode(pixels, mode), 1).shrunk(Size(770, 257))

    edge = int(np.argmax(small[100, :, 0] > 127))
    assert abs(edge - 1500 * 770 / 3000) <= 1


def test_drawing_on_a_copy_leaves_the_photo_as_it_was() -> None:
    photo = Photo(Image.fromarray(reef(120, 90)), 1)

    photo.shrunk(Size(120, 90))[:] = 0

    assert (photo.pixels() == reef(120, 90)).all()
