"""Test the pixels of a photo in the rows and columns of its file, regardless of its orientation."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.terms import Size
from tests.imaging.test_decode import LOSSLESS, PLENTY, exif, quarters
from tests.reef import encoded

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>"""


def as_stored(content: bytes) -> Pixels:
    photo = open_photo(BytesIO(content), PLENTY).as_stored()
    pixels = photo.pixels()
    assert photo.size == Size(pixels.shape[1], pixels.shape[0])
    return pixels


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_no_orientation_moves_a_stored_pixel(format_name: str, orientation: int) -> None:
    stored = quarters(120, 64)

    pixels = as_stored(
        encoded(stored, format_name, exif=exif(orientation), **LOSSLESS.get(format_name, {"quality": 95}))
    )

    assert pixels.shape == stored.shape
    assert np.median(np.abs(pixels.astype(int) - stored)) < 4
    assert np.abs(pixels.astype(int) - stored)[8:24, 8:48].max() < 30


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "jpeg"])
@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_no_orientation_moves_a_pixel_of_a_compressed_tiff(compression: str, orientation: int) -> None:
    stored = quarters(128, 64)

    pixels = as_stored(encoded(stored, "TIFF", exif=exif(orientation), compression=compression))

    assert pixels.shape == stored.shape
    assert np.abs(pixels.astype(int) - stored)[4:28, 4:60].max() < 30


@pytest.mark.parametrize(
    ("format_name", "options"),
    [
        pytest.param("PNG", {}, id="png-exif"),
        pytest.param("WEBP", {"lossless": True, "xmp": XMP}, id="webp-xmp"),
        pytest.param("JPEG", {"quality": 95, "xmp": XMP}, id="jpeg-xmp"),
    ],
)
def test_an_orientation_is_left_alone_wherever_it_is_written(
    format_name: str, options: dict[str, Any]
) -> None:
    stored = quarters(120, 64)
    told = options if "xmp" in options else options | {"exif": exif(6)}
    content = encoded(stored, format_name, **told)

    upright = open_photo(BytesIO(content), PLENTY)

    assert upright.size == Size(64, 120)
    assert as_stored(content).shape == stored.shape


def test_a_reduced_copy_is_as_stored_too() -> None:
    content = encoded(quarters(120, 64), "PNG", exif=exif(6))

    photo = open_photo(BytesIO(content), PLENTY).as_stored()

    assert (photo.reduced(2) == quarters(60, 32)).all()


def test_sixteen_bit_grey_keeps_its_rows_and_columns() -> None:
    grey = np.arange(48, dtype=np.uint16).reshape(6, 8) * 1000
    out = BytesIO()
    Image.fromarray(grey).save(out, "TIFF", exif=exif(8))

    assert (as_stored(out.getvalue())[..., 0] == grey >> 8).all()
