from io import BytesIO

import numpy as np
from PIL import Image

from coralchunk.imaging.encode import png, webp
from tests.reef import reef


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


def chunk_starts(content: bytes) -> list[int]:
    starts, place = [], 8
    while place < len(content):
        starts.append(place + 8)
        place += 12 + int.from_bytes(content[place : place + 4], "big")
    return starts


def test_a_small_copy_is_webp_and_transparent_where_the_photo_is_empty() -> None:
    picture = reef(640, 480)
    empty = np.zeros((480, 640), dtype=bool)
    empty[:100] = True

    opaque, clear = (Image.open(BytesIO(webp(picture, one))) for one in (None, empty))

    assert (opaque.format, opaque.mode, opaque.size) == ("WEBP", "RGB", (640, 480))
    assert np.abs(np.asarray(opaque).astype(int) - picture).mean() < 12
    assert (np.asarray(clear)[..., 3] == np.where(empty, 0, 255)).all()
