"""Test that direct JPEG decoding gives the pixels that Pillow gives, and leaves damaged files to Pillow."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from coralchunk.errors import BrokenImage
from coralchunk.imaging.decode import open_photo
from coralchunk.imaging.jpeg import jpeg_pixels
from coralchunk.imaging.metered import Metered
from coralchunk.terms import Pixels
from tests.reef import encoded, jpeg, reef

MANY = 10**9


def decoded(content: bytes) -> Pixels | None:
    with Image.open(BytesIO(content)) as image:
        return jpeg_pixels(image, Metered(BytesIO(content)))


def by_pillow(content: bytes) -> Pixels:
    with Image.open(BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(
    "options",
    [
        {"subsampling": 0},
        {"subsampling": 1},
        {"subsampling": 2},
        {"progressive": True},
        {"keep_rgb": True},
        {"quality": 5},
        {"optimize": True},
        {"restart_marker_rows": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [(733, 610), (17, 9), (1, 1)], ids=str)
def test_the_pixels_are_those_of_pillow(size: tuple[int, int], options: dict[str, Any]) -> None:
    content = encoded(reef(*size), "JPEG", **options)

    pixels = decoded(content)

    assert pixels is not None
    assert (pixels == by_pillow(content)).all()


def test_of_a_file_with_two_pictures_the_first_is_taken() -> None:
    content = encoded(
        reef(320, 200), "MPO", save_all=True, append_images=[Image.fromarray(reef(160, 100, seed=2))]
    )

    pixels = decoded(content)

    assert pixels is not None
    assert (pixels == by_pillow(content)).all()


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_colours_are_left_to_pillow(mode: str) -> None:
    file = BytesIO()
    Image.fromarray(reef(64, 48)).convert(mode).save(file, "JPEG")

    assert decoded(file.getvalue()) is None
    assert open_photo(file, MANY).pixels().shape == (48, 64, 3)


def test_what_pillow_reads_though_it_is_not_in_order_is_read_as_before() -> None:
    whole = jpeg(320, 200)
    content = whole[:-2] + b"\x00" * 40 + whole[-2:]  # rubbish before the end marker

    assert (open_photo(BytesIO(content), MANY).pixels() == by_pillow(content)).all()


def test_a_cut_off_jpeg_is_refused_in_pillows_words() -> None:
    content = jpeg(320, 200)

    with pytest.raises(BrokenImage, match="truncated"):
        open_photo(BytesIO(content[: len(content) // 2]), MANY)
