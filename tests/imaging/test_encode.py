from io import BytesIO

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coralchunk.imaging.encode import png
from coralchunk.imaging.shrink import shrink
from coralchunk.terms import Size
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


@given(
    width=st.integers(1, 700),
    height=st.integers(1, 700),
    share=st.floats(0.05, 1),
)
def test_a_smaller_copy_has_the_size_asked_for_and_keeps_an_even_colour(
    width: int, height: int, share: float
) -> None:
    photo = np.full((height, width, 3), (90, 140, 30), dtype=np.uint8)
    size = Size(max(1, round(width * share)), max(1, round(height * share)))

    small = shrink(photo, size)

    assert small.shape == (size.height, size.width, 3)
    assert (small == (90, 140, 30)).all()


def test_a_smaller_copy_shows_things_where_they_were() -> None:
    photo = np.zeros((1000, 3000, 3), dtype=np.uint8)
    photo[:, 1500:] = 255

    small = shrink(photo, Size(770, 257))

    edge = int(np.argmax(small[100, :, 0] > 127))
    assert abs(edge - 1500 * 770 / 3000) <= 1


def test_shrinking_to_the_same_size_gives_a_copy() -> None:
    photo = reef(120, 90)

    same = shrink(photo, Size(120, 90))

    assert (same == photo).all()
    assert not np.shares_memory(same, photo)


def chunk_starts(content: bytes) -> list[int]:
    starts, place = [], 8
    while place < len(content):
        starts.append(place + 8)
        place += 12 + int.from_bytes(content[place : place + 4], "big")
    return starts
