from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from coralchunk.imaging.encode import jpeg, png, webp
from tests.reef import reef

ORANGE = (213, 94, 0)


def test_a_png_shows_the_picture_in_nearly_its_colours_and_carries_nothing_else() -> None:
    picture = reef(900, 700)

    content = png(picture)

    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size) == ("PNG", (900, 700))
        assert (dict(image.getexif()), image.info) == ({}, {})
        shown = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(shown - picture).mean() < 5
    kinds = {content[start - 4 : start] for start in chunk_starts(content)}
    assert kinds == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def test_a_picture_of_few_colours_keeps_them_exactly() -> None:
    picture = np.zeros((40, 60, 3), dtype=np.uint8)
    picture[:20] = (213, 94, 0)
    picture[20:, :30] = (0, 158, 115)

    with Image.open(BytesIO(png(picture))) as image:
        shown = np.asarray(image.convert("RGB"))

    assert (shown == picture).all()


@pytest.mark.parametrize("has_empty", [False, True])
def test_colours_that_are_to_be_exact_are_so_in_a_large_picture_however_few_their_pixels(
    has_empty: bool,
) -> None:
    picture = reef(1600, 1200)
    picture[601:603, 801:803] = (213, 94, 0)
    empty = np.zeros((1200, 1600), dtype=np.uint8)
    empty[:100] = 255

    content = png(picture, empty if has_empty else None, exact=((213, 94, 0), (240, 228, 66)))

    with Image.open(BytesIO(content)) as image:
        colours, indices = len(image.getpalette() or ()) // 3, np.asarray(image)
        shown = np.asarray(image.convert("RGBA"))
    assert colours <= 256
    assert indices.max() < colours
    assert (shown[601:603, 801:803] == (213, 94, 0, 255)).all()
    assert (shown[..., 3] == 0).sum() == (160_000 if has_empty else 0)


def test_a_picture_of_one_colour_has_a_small_palette() -> None:
    with Image.open(BytesIO(png(np.full((900, 900, 3), (3, 2, 1), dtype=np.uint8)))) as image:
        shown = np.asarray(image.convert("RGB"))

    assert (shown == (3, 2, 1)).all()


def chunk_starts(content: bytes) -> list[int]:
    starts, place = [], 8
    while place < len(content):
        starts.append(place + 8)
        place += 12 + int.from_bytes(content[place : place + 4], "big")
    return starts


def test_a_small_copy_is_a_jpeg_that_keeps_the_colour_of_thin_marks() -> None:
    picture = reef(640, 480)
    picture[:, 100:102] = ORANGE

    content = jpeg(picture)

    image = Image.open(BytesIO(content))
    assert (image.format, image.mode, image.size, dict(image.getexif())) == ("JPEG", "RGB", (640, 480), {})
    shown = np.asarray(image).astype(int)
    assert np.abs(shown - picture).mean() < 12
    assert np.abs(shown[:, 100:102].mean(axis=(0, 1)) - ORANGE).max() < 12


def test_a_small_copy_as_webp_is_transparent_where_the_photo_is_empty() -> None:
    picture = reef(640, 480)
    empty = np.zeros((480, 640), dtype=bool)
    empty[:100] = True

    opaque, clear = (Image.open(BytesIO(webp(picture, one))) for one in (None, empty))

    assert (opaque.format, opaque.mode, opaque.size) == ("WEBP", "RGB", (640, 480))
    assert np.abs(np.asarray(opaque).astype(int) - picture).mean() < 12
    assert (np.asarray(clear)[..., 3] == np.where(empty, 0, 255)).all()
