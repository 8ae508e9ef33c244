"""Test that a region of an upright photo is found to the pixel."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.raster import ArrayRaster
from coralchunk.networks.inputs import Region, find_region, foreground
from coralchunk.terms import Chunk

SHARES = st.floats(0, 1, allow_nan=False)


def photo(width: int, height: int) -> Photo:
    return Photo(ArrayRaster(np.zeros((height, width, 3), dtype=np.uint8)), 1)


def region(**fields: object) -> Region:
    return Region.model_validate(fields)


def test_a_bbox_is_counted_from_the_top_left_corner() -> None:
    box = {"xmin": 0.1, "ymin": 0.5, "xmax": 0.5, "ymax": 1.0}

    assert find_region(photo(100, 40), region(bbox=box)) == Chunk(10, 20, 40, 20)


def test_a_polygon_stands_for_the_rectangle_around_it() -> None:
    corners = [{"x": 0.2, "y": 0.1}, {"x": 0.6, "y": 0.5}, {"x": 0.4, "y": 0.9}]

    assert find_region(photo(100, 100), region(polygon=corners)) == Chunk(20, 10, 40, 80)


@given(SHARES, SHARES, SHARES, SHARES, st.integers(1, 50), st.integers(1, 50))
def test_a_region_always_has_pixels_and_lies_in_the_photo(
    x: float, y: float, x2: float, y2: float, width: int, height: int
) -> None:
    corners = [{"x": x, "y": y}, {"x": x2, "y": y2}, {"x": x, "y": y2}]

    found = find_region(photo(width, height), region(polygon=corners))

    assert 0 <= found.x < found.x + found.width <= width
    assert 0 <= found.y < found.y + found.height <= height


def test_a_uniform_background_is_cut_off() -> None:
    picture = np.full((30, 40, 3), 250, dtype=np.uint8)
    picture[5:20, 10:31] = (0, 90, 160)

    assert foreground(picture) == Chunk(10, 5, 21, 15)


def test_noise_does_not_count_as_foreground() -> None:
    noise = np.random.default_rng(1).integers(245, 256, (30, 40, 3), dtype=np.uint8)
    noise[5:20, 10:31] = 0

    assert foreground(noise) == Chunk(10, 5, 21, 15)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(np.full((8, 9, 3), 7, dtype=np.uint8), id="nothing on it"),
        pytest.param(np.arange(8 * 9 * 3, dtype=np.uint8).reshape(8, 9, 3), id="corners of many colours"),
    ],
)
def test_a_picture_without_a_uniform_background_is_left_whole(picture: np.ndarray) -> None:
    assert foreground(picture) == Chunk(0, 0, 9, 8)


def test_the_background_is_cut_inside_the_bbox() -> None:
    picture = np.full((100, 100, 3), 255, dtype=np.uint8)
    picture[60:70, 60:80] = 0
    box = {"xmin": 0.5, "ymin": 0.5, "xmax": 1.0, "ymax": 1.0}

    found = find_region(Photo(ArrayRaster(picture), 1), region(bbox=box, crop_uniform_background=True))

    assert found == Chunk(60, 60, 20, 10)


def test_regions_are_of_the_photo_as_the_camera_was_held() -> None:
    stored = Image.new("RGB", (40, 20), (255, 0, 0))
    stored.paste((0, 0, 255), (0, 0, 20, 20))  # left half as stored; at the top once it is upright
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = BytesIO()
    stored.save(stream, "PNG", exif=exif)
    upright = open_photo(stream, 10_000)

    top = find_region(upright, region(bbox={"xmin": 0, "ymin": 0, "xmax": 1, "ymax": 0.5}))

    assert top == Chunk(0, 0, 20, 20)
    assert (upright.cut(top) == (0, 0, 255)).all()
