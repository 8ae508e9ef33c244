import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.grid import grid
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.raster import ArrayRaster, PillowRaster, Raster
from coralchunk.imaging.scene import scene
from coralchunk.imaging.windows import windows
from coralchunk.terms import Size
from tests.reef import reef

ARRAY = "array"
MODES = [ARRAY, "RGB", "L", "LA", "RGBA", "P", "CMYK", "1", "I;16", "I"]
#: EXIF orientation -> how often the upright photo was turned by 90 degrees, after it was mirrored or not.
STORED = {1: (0, False), 2: (0, True), 3: (2, False), 4: (2, True), 5: (1, True), 6: (1, False), 7: (3, True)}
STORED[8] = (3, False)


def in_mode(photo: Pixels, mode: str) -> Raster:
    if mode == ARRAY:
        return ArrayRaster(photo)
    image = Image.fromarray(photo)
    if mode in {"I;16", "I"}:
        deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
        return PillowRaster(deep if mode == "I;16" else deep.convert("I"))
    return PillowRaster(image.convert(mode))


def stored(photo: Pixels, orientation: int) -> Pixels:
    """Turn an upright photo the way a camera held like this would have stored it."""
    quarters, is_mirrored = STORED[orientation]
    return np.ascontiguousarray(np.rot90(photo[:, ::-1] if is_mirrored else photo, quarters))


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("mode", [ARRAY, "RGB"])
def test_a_photo_is_upright_however_the_camera_was_held(mode: str, orientation: int) -> None:
    upright = reef(733, 610)

    photo = Photo(in_mode(stored(upright, orientation), mode), orientation)

    assert photo.size == Size(733, 610)
    assert (photo.pixels() == upright).all()


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("mode", MODES)
def test_windows_are_those_of_the_whole_photo_in_any_mode_and_position(mode: str, orientation: int) -> None:
    photo = Photo(in_mode(reef(733, 610), mode), orientation)
    chunks = grid(photo.size)

    piecewise = np.stack(list(photo.windows(chunks)))

    assert (piecewise == windows(photo.pixels(), chunks)).all()


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("mode", MODES)
def test_the_scene_is_that_of_the_whole_photo(mode: str, orientation: int) -> None:
    photo = Photo(in_mode(reef(2300, 1900), mode), orientation)

    measured = photo.scene

    assert np.abs(measured - scene(photo.pixels())).max() < 0.01


@given(
    mode=st.sampled_from([ARRAY, "RGB"]),
    width=st.integers(1, 700),
    height=st.integers(1, 700),
    share=st.floats(0.05, 1),
)
def test_a_smaller_copy_has_the_size_asked_for_and_keeps_an_even_colour(
    mode: str, width: int, height: int, share: float
) -> None:
    photo = Photo(in_mode(np.full((height, width, 3), (90, 140, 30), dtype=np.uint8), mode), 1)
    size = Size(max(1, round(width * share)), max(1, round(height * share)))

    small = photo.shrunk(size)

    assert small.shape == (size.height, size.width, 3)
    assert (small == (90, 140, 30)).all()


@given(width=st.integers(1, 60), height=st.integers(1, 60), factor=st.integers(1, 9))
def test_a_reduced_copy_is_the_same_wherever_the_pixels_are_kept(
    width: int, height: int, factor: int
) -> None:
    pixels = reef(width, height)

    one, other = (in_mode(pixels, mode).reduced(factor) for mode in (ARRAY, "RGB"))

    assert one.shape == other.shape
    assert np.abs(one.astype(int) - other).max() <= 2  # a rounding for each halving


@pytest.mark.parametrize("mode", [ARRAY, "RGB", "RGBA"])
def test_a_smaller_copy_shows_things_where_they_were(mode: str) -> None:
    pixels = np.zeros((1000, 3000, 3), dtype=np.uint8)
    pixels[:, 1500:] = 255

    small = Photo(in_mode(pixels, mode), 1).shrunk(Size(770, 257))

    edge = int(np.argmax(small[100, :, 0] > 127))
    assert abs(edge - 1500 * 770 / 3000) <= 1


@pytest.mark.parametrize("mode", [ARRAY, "RGB"])
def test_drawing_on_a_copy_leaves_the_photo_as_it_was(mode: str) -> None:
    photo = Photo(in_mode(reef(120, 90), mode), 1)

    photo.shrunk(Size(120, 90))[:] = 0

    assert (photo.pixels() == reef(120, 90)).all()
