"""Test that the place of a GeoTIFF on its map is read from its tags."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.imaging.decoding.decode import decode
from coralchunk.imaging.decoding.georeference import Georeference, read_georeference
from tests.imaging.tiffs import DOUBLE, LONG, SHORT, picture, tiff
from tests.reef import encoded, reef

UTM = [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32755]
DEGREES = [1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326]


def geotiff(pixels: Any = None, keys: list[int] | None = None, **more: tuple[int, Any]) -> bytes:
    """A reef of 5 mm a pixel, whose top left corner is at 500000, 8150000."""
    tags = {
        "t33550": (DOUBLE, [0.005, 0.005, 0.0]),
        "t33922": (DOUBLE, [0.0, 0.0, 0.0, 500_000.0, 8_150_000.0, 0.0]),
        "t34735": (SHORT, keys or UTM),
    } | more
    return tiff(
        picture(
            reef(80, 60) if pixels is None else pixels,
            **{name: value for name, value in tags.items() if value},
        )
    )


def placed(content: bytes) -> Georeference:
    found = read_georeference(BytesIO(content))
    assert found is not None
    return found


def test_pixels_are_placed_by_scale_and_tie_point() -> None:
    place = placed(geotiff())

    assert (place.epsg, place.is_geographic) == (32755, False)
    assert place.at(0, 0) == (500_000.0, 8_150_000.0)
    assert place.at(80, 60) == (500_000.4, 8_149_999.7)


def test_a_tie_point_may_be_any_pixel() -> None:
    place = placed(geotiff(t33922=(DOUBLE, [40.0, 30.0, 0.0, 500_000.0, 8_150_000.0, 0.0])))

    assert place.at(40, 30) == (500_000.0, 8_150_000.0)
    assert place.at(0, 0) == (499_999.8, 8_150_000.15)


def test_pixels_are_placed_by_a_whole_matrix() -> None:
    matrix = [0.0, 0.01, 0, 100.0, 0.02, 0.0, 0, 200.0, 0, 0, 0, 0, 0, 0, 0, 1.0]

    place = placed(geotiff(t34264=(DOUBLE, matrix), t33550=None, t33922=None))  # type: ignore[arg-type]

    assert place.at(10, 0) == (100.0, 200.2)
    assert place.at(0, 10) == (100.1, 200.0)


def test_numbers_for_the_middles_of_pixels_are_moved_to_their_corners() -> None:
    place = placed(geotiff(keys=[*UTM[:8], 1025, 0, 1, 2, *UTM[12:]]))

    assert place.at(0.5, 0.5) == (500_000.0, 8_150_000.0)


def test_degrees_are_those_of_plain_geojson() -> None:
    place = placed(
        geotiff(keys=DEGREES, t33550=(DOUBLE, [1e-6, 1e-6, 0.0]), t33922=(DOUBLE, [0, 0, 0, 145.7, -16.7, 0]))
    )

    assert (place.is_wgs84, place.is_geographic) == (True, True)
    assert place.at(10, 10) == (145.70001, -16.70001)


@pytest.mark.parametrize(
    "keys", [[1, 1, 0, 0], [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32767], [1, 1]], ids=str
)
def test_a_system_that_is_not_told_by_a_code_is_not_guessed(keys: list[int]) -> None:
    assert placed(geotiff(keys=keys)).epsg is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(encoded(reef(40, 30), "JPEG"), id="a JPEG"),
        pytest.param(encoded(reef(40, 30), "PNG"), id="a PNG"),
        pytest.param(encoded(reef(40, 30), "TIFF"), id="a TIFF without tags of maps"),
        pytest.param(geotiff(t33922=(DOUBLE, [0.0, 0.0])), id="half a tie point"),
        pytest.param(geotiff(t33550=(LONG, 1)), id="half a scale"),
        pytest.param(b"II*\0\xff\xff\xff\x7f", id="a TIFF of nothing"),
    ],
)
def test_other_files_have_no_place(content: bytes) -> None:
    assert read_georeference(BytesIO(content)) is None


@given(orientation=st.integers(1, 8), column=st.integers(0, 8), row=st.integers(0, 5))
def test_a_turned_photo_lies_where_its_stored_pixels_do(orientation: int, column: int, row: int) -> None:
    stored = np.zeros((6, 9, 3), np.uint8)
    stored[row, column] = 255
    content = geotiff(stored, t274=(SHORT, orientation), t33550=(DOUBLE, [1.0, 1.0, 0.0]))

    pixels = decode(BytesIO(content), 1000)
    down, across = (int(found[0]) for found in np.nonzero(pixels[..., 0]))
    x, y = placed(content).at(across + 0.5, down + 0.5)

    assert (x - 500_000 - 0.5, 8_150_000 - y - 0.5) == (column, row)
