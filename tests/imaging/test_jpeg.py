"""Test that direct JPEG decoding gives the pixels that Pillow gives, and leaves damaged files to Pillow."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.errors.images import BrokenImage
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.decoding.jpeg import jpeg_pixels
from coralchunk.imaging.files.metered import Metered
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


def soft(width: int = 300, height: int = 260) -> Pixels:
    """Something that is detailed in every row."""
    grain = np.random.default_rng(1).integers(60, 190, (height // 20, width // 20, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(grain).resize((width, height), Image.Resampling.BICUBIC))


KINDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "optimized": {"optimize": True},
    "progressive": {"progressive": True},
    "with restarts": {"restart_marker_rows": 1},
    "halved colours": {"subsampling": 2},
}

MODES = ["RGB", "L", "CMYK"]
# TurboJPEG does not accept CMYK with subsampled inks, which no program writes; Pillow then reports the error.
WAYS = [(kind, mode) for kind in KINDS for mode in MODES if (kind, mode) != ("halved colours", "CMYK")]
SAMSUNG = b"\0\0\1\x0a\x0e\0\0\0Panorama_Shot_InfoSEFH" + bytes(range(256)) * 8 + b"SEFT"
TRAILERS = {
    "nothing": b"",
    "a phone's trailer": SAMSUNG,
    "another JPEG": jpeg(160, 120),
    "a film": b"\0\0\0\x18ftypmp42" + np.random.default_rng(2).bytes(50_000),
    "text": b"made by a camera",
}


def made(kind: str, mode: str = "RGB") -> bytes:
    file = BytesIO()
    Image.fromarray(soft()).convert(mode).save(file, "JPEG", quality=85, **KINDS[kind])
    return file.getvalue()


@pytest.mark.parametrize("trailer", TRAILERS)
@pytest.mark.parametrize(("kind", "mode"), WAYS)
def test_a_jpeg_whose_pixels_are_all_there_is_read_without_its_end_marker(
    kind: str, mode: str, trailer: str
) -> None:
    whole = made(kind, mode)

    photo = open_photo(BytesIO(whole[:-2] + TRAILERS[trailer]), MANY)

    assert (photo.pixels() == open_photo(BytesIO(whole), MANY).pixels()).all()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("trailer", TRAILERS)
def test_what_stands_behind_the_end_marker_is_left(trailer: str, mode: str) -> None:
    whole = made("baseline", mode)

    photo = open_photo(BytesIO(whole + TRAILERS[trailer]), MANY)

    assert (photo.pixels() == open_photo(BytesIO(whole), MANY).pixels()).all()


CLOSINGS = {
    "nothing": b"",
    "an end marker": b"\xff\xd9",
    "zeros": bytes(400_000),
    "zeros and an end marker": bytes(400_000) + b"\xff\xd9",
    "ones": b"\xff" * 50_000,
    "a letter": b"A" * 400_000,
    "a phone's trailer": SAMSUNG,
    "a film": TRAILERS["a film"],
    "another JPEG": TRAILERS["another JPEG"],
}


@pytest.mark.parametrize("closing", CLOSINGS)
@pytest.mark.parametrize(("kind", "mode"), WAYS)
def test_a_jpeg_that_was_cut_off_in_its_pixels_is_damaged_however_it_was_closed(
    kind: str, mode: str, closing: str
) -> None:
    whole = made(kind, mode)
    start = whole.rindex(b"\xff\xda") if kind != "progressive" else whole.index(b"\xff\xda")
    # A trailer that is longer than the missing part cannot be distinguished from it.
    for share in (0.2, 0.5) if closing in {"a phone's trailer", "a film"} else (0.2, 0.5, 0.9):
        cut = whole[: start + 20 + int(share * (len(whole) - start - 20))]

        with pytest.raises(BrokenImage, match="JPEG file is damaged"):
            open_photo(BytesIO(cut + CLOSINGS[closing]), MANY)


def test_a_progressive_jpeg_without_its_last_scans_is_damaged() -> None:
    whole = made("progressive")
    places = [place for place in range(len(whole)) if whole[place : place + 2] == b"\xff\xda"]

    for place in places[1:]:
        tables = whole.rfind(b"\xff\xc4", 0, place)
        cut = whole[: tables if tables > places[0] else place] + b"\xff\xd9"
        if scans_of(cut) < len(places):
            with pytest.raises(BrokenImage, match="damaged"):
                open_photo(BytesIO(cut), MANY)


def scans_of(content: bytes) -> int:
    return content.count(b"\xff\xda")


def test_a_flat_photo_of_zeros_without_its_end_is_whole() -> None:
    # Optimized, each block of one colour is a few zero bits.
    flat = encoded(np.full((260, 300, 3), (200, 120, 90), np.uint8), "JPEG", quality=90, optimize=True)

    photo = open_photo(BytesIO(flat[:-2]), MANY)

    assert (photo.pixels() == by_pillow(flat)).all()


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


def test_a_cut_off_jpeg_is_refused() -> None:
    content = jpeg(320, 200)

    with pytest.raises(BrokenImage, match="its pixels end early"):
        open_photo(BytesIO(content[: len(content) // 2]), MANY)
