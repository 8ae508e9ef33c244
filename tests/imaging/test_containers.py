"""Files that hold more than one picture, raw files, and whole files whose pixels are not read here."""

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.errors.images import BrokenImage, TooManyPixels
from coralchunk.errors.photos import RawPhoto, UnsupportedPixels
from coralchunk.imaging.decoding.decode import decode, open_photo
from coralchunk.imaging.decoding.header import read_header
from coralchunk.terms import Size
from tests.hostile.parts import png_header
from tests.imaging.colours import CORAL, P3, in_srgb, profile
from tests.imaging.tiffs import ASCII, BYTE, LONG, SHORT, UNDEFINED, Page, picture, tiff
from tests.reef import encoded, reef

PLENTY = 10_000_000


def flat(width: int, height: int, colour: Any = CORAL, dtype: Any = np.uint8) -> Any:
    return np.full((height, width, len(colour)), colour, dtype)


def thumbnail(**tags: tuple[int, Any]) -> Page:
    return picture(flat(160, 120, (9, 9, 9)), t254=(LONG, 1), **tags)


def raw_tiff(make: str, order: str = "<", magic: bytes | None = None, **tags: tuple[int, Any]) -> bytes:
    """A preview, and behind it a mosaic of sensor data."""
    mosaic = picture(
        np.full((150, 200), 900, np.uint16),
        order,
        t254=(LONG, 0),
        t262=(SHORT, 32803),
        t33421=(SHORT, [2, 2]),
    )
    top = thumbnail(t271=(ASCII, make), **tags)
    return tiff(Page(top.tags, top.strips, {330: [mosaic]}), order=order, magic=magic)


def pef() -> bytes:
    mosaic = picture(
        np.full((150, 200), 900, np.uint16),
        ">",
        t262=(SHORT, 32803),
        t271=(ASCII, "PENTAX Corporation"),
        t259=(SHORT, 65535),
    )
    return tiff(mosaic, order=">")


def cr2() -> bytes:
    whole = bytearray(tiff(picture(flat(160, 120), t271=(ASCII, "Canon"))))
    return bytes(whole[:8]) + b"CR\2\0" + bytes(4) + bytes(whole[16:])


RAW = {
    "DNG": lambda: raw_tiff("OM Digital Solutions", t50706=(BYTE, [1, 4, 0, 0])),
    "Nikon NEF": lambda: raw_tiff("NIKON CORPORATION", ">"),
    "Sony ARW": lambda: raw_tiff("SONY"),
    "Pentax PEF": pef,
    "Olympus ORF": lambda: raw_tiff("OLYMPUS", magic=b"RO"),
    "Panasonic RW2": lambda: raw_tiff("Panasonic", magic=b"U\0"),
    "Canon CR2": cr2,
    "Canon CR3": lambda: b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(400),
    "Fujifilm RAF": lambda: b"FUJIFILMCCD-RAW 0201FF119502" + bytes(400),
    "Samsung SRW": lambda: raw_tiff("SAMSUNG"),
    "of Nobody": lambda: raw_tiff("Nobody"),
}


@pytest.mark.parametrize("name", RAW)
def test_a_raw_file_is_refused_by_name_and_says_what_to_send(name: str) -> None:
    upload = RAW[name]()

    for ask in (read_header, decode):
        with pytest.raises(RawPhoto, match=r"raw file .*Send the JPEG or HEIC") as refused:
            ask(BytesIO(upload), PLENTY)
        assert name in str(refused.value)


@pytest.mark.parametrize(
    "boxes",
    [
        pytest.param(struct.pack(">L4s", 0, b"moov") * 50, id="boxes of no length"),
        pytest.param(struct.pack(">L4sQ", 1, b"moov", 0) * 50, id="long boxes of no length"),
        pytest.param(struct.pack(">L4s", 2**32 - 1, b"moov"), id="a box behind the end"),
        pytest.param(
            b"".join(struct.pack(">L4s", 8 * n, b"trak") for n in range(9999, 0, -1)), id="boxes in boxes"
        ),
    ],
)
def test_the_boxes_of_a_raw_file_are_never_walked(boxes: bytes) -> None:
    with pytest.raises(RawPhoto):
        read_header(BytesIO(b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + boxes), PLENTY)


def test_a_tiff_of_a_camera_maker_is_no_raw_file() -> None:
    upload = tiff(picture(flat(80, 60), t271=(ASCII, "NIKON CORPORATION")))

    assert tuple(decode(BytesIO(upload), PLENTY)[0, 0]) == CORAL


def photo_of(*pages: Page) -> Pixels:
    upload = BytesIO(tiff(*pages))
    pixels = decode(upload, PLENTY)
    assert read_header(upload, PLENTY).size == Size(pixels.shape[1], pixels.shape[0])
    return pixels


@pytest.mark.parametrize("compression", [1, 8], ids=["as they are", "deflated"])
def test_the_first_picture_that_is_not_reduced_is_the_photo(compression: int) -> None:
    full = picture(flat(800, 600), t254=(LONG, 0), t259=(SHORT, compression))
    last = picture(flat(900, 700, (1, 2, 3)))

    pixels = photo_of(thumbnail(), full, last)

    assert pixels.shape == (600, 800, 3)
    assert (pixels == CORAL).all()


def test_a_photo_may_lie_below_its_thumbnail() -> None:
    top = thumbnail()

    pixels = photo_of(Page(top.tags, top.strips, {330: [picture(flat(800, 600), t254=(LONG, 0))]}))

    assert pixels.shape == (600, 800, 3)


def test_a_mask_and_an_older_thumbnail_before_the_photo_are_passed_over() -> None:
    mask = picture(np.full((600, 800), 255, np.uint8), t254=(LONG, 4))
    older = picture(flat(160, 120, (9, 9, 9)), t255=(SHORT, 2))

    assert (photo_of(mask, older, picture(flat(800, 600))) == CORAL).all()


def test_a_reduced_picture_is_taken_where_it_is_the_only_one() -> None:
    assert photo_of(thumbnail()).shape == (120, 160, 3)


def test_a_second_picture_is_read_from_a_file_on_disk_with_its_orientation_and_colours(
    tmp_path: Path,
) -> None:
    wide = np.zeros((40, 90, 3), np.uint8)
    wide[:, 45:] = CORAL
    full = picture(wide, t274=(SHORT, 6), t34675=(UNDEFINED, profile(P3)))
    (tmp_path / "reef.tif").write_bytes(tiff(thumbnail(), full))

    with (tmp_path / "reef.tif").open("rb") as stream:
        photo = open_photo(stream, PLENTY)

    assert photo.size == Size(40, 90)
    assert np.abs(photo.pixels()[80, 20].astype(int) - in_srgb(CORAL, P3)).max() <= 4
    assert photo.as_stored().size == Size(90, 40)


def test_directories_in_a_circle_and_behind_the_end_are_left() -> None:
    circle = bytearray(tiff(thumbnail(), picture(flat(800, 600))))
    (first,) = struct.unpack_from("<L", circle, 4)
    circle[-4:] = struct.pack("<L", first)
    nowhere = tiff(picture(flat(80, 60)))[:-4] + struct.pack("<L", 2**31)

    assert decode(BytesIO(bytes(circle)), PLENTY).shape == (600, 800, 3)
    assert decode(BytesIO(nowhere), PLENTY).shape == (60, 80, 3)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        pytest.param(
            picture((flat(80, 60) / np.float32(255)).astype(np.float32)),
            "3 bands of 32-bit floats",
            id="float RGB",
        ),
        pytest.param(
            picture(flat(80, 60, (*CORAL, 80, 255)), t338=(SHORT, [0, 2])),
            "5 bands of 8-bit integers",
            id="5 bands",
        ),
        pytest.param(
            picture(flat(80, 60, (1,) * 10, np.uint16)), "10 bands of 16-bit integers", id="10 bands"
        ),
        pytest.param(picture(flat(80, 60, dtype=np.float64)), "3 bands of 64-bit floats", id="double RGB"),
        pytest.param(picture(flat(80, 60), t262=(SHORT, 9)), "in ICC L\\*a\\*b\\*", id="ICC Lab"),
        pytest.param(picture(flat(80, 60), t259=(SHORT, 34712)), "compression 34712", id="JPEG 2000"),
    ],
)
def test_a_whole_file_of_pixels_that_are_not_read_is_not_called_damaged(page: Page, says: str) -> None:
    with pytest.raises(UnsupportedPixels, match=says) as refused:
        decode(BytesIO(tiff(page)), PLENTY)

    assert "damaged" not in str(refused.value)
    assert "Export red, green and blue" in str(refused.value)


def test_the_same_file_cut_off_is_called_damaged() -> None:
    page = picture((flat(80, 60) / np.float32(255)).astype(np.float32))
    whole = tiff(Page({**page.tags, 259: (SHORT, 1)}, [bytes(80 * 60 * 12)]))
    strip_end = 8 + 80 * 60 * 12

    moved = whole[:4] + struct.pack("<L", 8) + whole[strip_end:]
    moved = bytearray(moved)
    for place in range(10, len(moved) - 12, 12):
        if struct.unpack_from("<H", moved, place)[0] in {258, 339}:
            struct.pack_into("<L", moved, place + 8, 8)
    with pytest.raises(BrokenImage, match="damaged"):
        decode(BytesIO(bytes(moved)), PLENTY)


def grey_of(values: Any) -> list[int]:
    page = picture(np.repeat(np.array(values)[np.newaxis], 8, axis=0))
    return [int(number) for number in decode(BytesIO(tiff(page)), PLENTY)[4, :, 0]]


@pytest.mark.parametrize(
    ("values", "right"),
    [
        pytest.param(np.linspace(0, 1, 6, dtype=np.float32), [0, 51, 102, 153, 204, 255], id="0 to 1"),
        pytest.param(np.array([0, 1.2, 0.6], np.float32), [0, 255, 153], id="reflectance over 1"),
        pytest.param(np.array([0, 51, 204], np.float32), [0, 51, 204], id="0 to 255"),
        pytest.param(np.array([0, 51 << 8, 204 << 8], np.float32), [0, 51, 204], id="0 to 65535"),
        pytest.param(np.array([-10, 0, 10], np.float32), [0, 128, 255], id="around zero"),
        pytest.param(np.array([0, 10**6, 2 * 10**6], np.float32), [0, 128, 255], id="to two million"),
        pytest.param(np.array([0, 2**30, 2**31 - 1], np.int32), [0, 128, 255], id="32-bit integers"),
    ],
)
def test_grey_floats_and_long_integers_are_scaled_by_their_range(values: Any, right: list[int]) -> None:
    assert np.abs(np.array(grey_of(values)) - right).max() <= 1


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(
            lambda: png_header(14_000, 14_300),
            r"14000 x 14300 = 200200000 pixels; at most 100000000 .*CORALCHUNK_MAX_PIXELS",
            id="200 MP",
        ),
        pytest.param(
            lambda: encoded(np.zeros((6400, 6400, 3), np.uint8), "JPEG", progressive=True),
            "of a progressive JPEG. Save it as a baseline JPEG, which may have 100000000",
            id="progressive",
        ),
        pytest.param(
            lambda: encoded(np.zeros((7200, 7200, 3), np.uint8), "WEBP", lossless=True, method=0),
            "of a WEBP. Save it as a baseline JPEG",
            id="WebP",
        ),
    ],
)
def test_a_photo_over_the_limit_says_what_it_is_and_what_to_do(make: Callable[[], bytes], says: str) -> None:
    with pytest.raises(TooManyPixels, match=says):
        read_header(BytesIO(make()), 100_000_000)


def test_a_reef_in_a_later_picture_is_that_reef() -> None:
    photo = reef(300, 260)

    pixels = photo_of(thumbnail(), picture(photo))

    assert (pixels == photo).all()
    assert Image.fromarray(pixels).size == (300, 260)
