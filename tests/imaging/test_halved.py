"""Test photos that are decoded at half their size, against the same photos in full size."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.errors.images import BrokenImage
from coralchunk.imaging.decoding.decode import open_halved, open_photo
from coralchunk.imaging.grid import grid
from coralchunk.imaging.halved import HalvedPhoto, may_halve
from coralchunk.imaging.photo import Photo
from coralchunk.terms import Size
from tests.reef import encoded, reef

PLENTY = 10**8
SIZES = [(976, 732), (1001, 743), (244, 245)]


def turned(photo: Pixels, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(photo, "JPEG", quality=90, exif=exif)


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_windows_are_those_of_the_whole_photo_at_half_their_size(
    size: tuple[int, int], orientation: int
) -> None:
    content = turned(cv2.GaussianBlur(reef(*size), (0, 0), 5), orientation)
    whole, half = open_photo(BytesIO(content), PLENTY), open_halved(BytesIO(content), PLENTY)
    chunks = grid(whole.size)

    assert isinstance(half, HalvedPhoto)
    assert half.size == whole.size
    for expected, found in zip(whole.windows(chunks), half.windows(chunks), strict=True):
        averaged = cv2.resize(expected, (122, 122), interpolation=cv2.INTER_AREA).astype(int)
        assert found.shape == (122, 122, 3)
        assert np.abs(averaged - found).mean() < 3  # a pixel where a side is odd, and rounding
    assert np.abs(whole.scene - half.scene).max() < 0.02
    assert [half.seen_px(chunk) for chunk in chunks] == [whole.seen_px(chunk) for chunk in chunks]


def test_the_picture_is_that_of_the_whole_photo() -> None:
    content = encoded(reef(1501, 1003), "JPEG", quality=90)
    size = Size(751, 502)

    whole, half = (opened(BytesIO(content), PLENTY).shrunk(size) for opened in (open_photo, open_halved))

    assert whole.shape == half.shape == (502, 751, 3)
    assert np.abs(whole.astype(int) - half).mean() < 2


@pytest.mark.parametrize("flat", [0, 255])
@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1), (1, 1)], ids=str)
def test_a_mosaic_with_padding_is_decoded_in_full_size(flat: int, corner: tuple[int, int]) -> None:
    photo = reef(1200, 900)
    right, bottom = corner
    photo[bottom * 600 : 300 + bottom * 600, right * 800 : 400 + right * 800] = flat
    content = encoded(photo, "JPEG", quality=90)

    opened = open_halved(BytesIO(content), PLENTY)

    assert isinstance(opened, Photo)
    assert [opened.seen_px(chunk) for chunk in grid(opened.size)] == [
        open_photo(BytesIO(content), PLENTY).seen_px(chunk) for chunk in grid(opened.size)
    ]


@pytest.mark.parametrize("format_name", ["PNG", "WEBP"])
def test_a_file_that_is_no_jpeg_is_decoded_in_full_size(format_name: str) -> None:
    assert isinstance(open_halved(BytesIO(encoded(reef(600, 500), format_name)), PLENTY), Photo)


def test_a_grey_jpeg_is_decoded_in_full_size() -> None:
    grey = np.asarray(Image.fromarray(reef(600, 500)).convert("L"))

    assert isinstance(open_halved(BytesIO(encoded(grey, "JPEG")), PLENTY), Photo)


def test_a_jpeg_that_was_cut_off_is_refused_as_in_full_size() -> None:
    content = encoded(reef(1200, 900), "JPEG", quality=90)

    with pytest.raises(BrokenImage):
        open_halved(BytesIO(content[: len(content) // 2]), PLENTY)


@pytest.mark.parametrize(
    ("size", "input_px", "max_side", "is_enough"),
    [
        pytest.param(Size(4000, 3000), 122, 2048, True, id="a photo of 12 megapixels"),
        pytest.param(Size(4001, 3001), 122, 2048, True, id="sides of odd length"),
        pytest.param(Size(3000, 4000), 122, 2048, True, id="held upright"),
        pytest.param(Size(4000, 3000), 160, 2048, False, id="a network that sees more"),
        pytest.param(Size(4000, 3000), 122, 0, False, id="a picture as large as the photo"),
        pytest.param(Size(4000, 3000), 122, 4096, False, id="a picture of more than half the size"),
        pytest.param(Size(2592, 1944), 122, 2048, False, id="a photo of 5 megapixels"),
        pytest.param(Size(9000, 200), 122, 2048, False, id="a photo smaller than a chunk"),
    ],
)
def test_half_the_size_is_enough_where_neither_network_nor_picture_needs_more(
    size: Size, input_px: int, max_side: int, is_enough: bool
) -> None:
    assert may_halve(size, input_px, max_side) is is_enough
