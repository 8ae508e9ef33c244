"""Test that unusable files raise our errors and nothing else."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.errors import Unreadable
from coralchunk.errors.images import BrokenImage, FormatNotAccepted, NotAnImage, TooManyPixels
from coralchunk.imaging.decoding.decode import decode
from coralchunk.imaging.decoding.header import read_header
from coralchunk.terms import Size
from tests.reef import encoded, reef

PLENTY = 10_000_000
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "HEIF"]
Ask = Callable[[BytesIO, int], object]
UPLOADS = {name: encoded(reef(90, 60), name) for name in FORMATS}


def refusal(ask: Ask, upload: bytes) -> str | None:
    """Return why an upload is refused, or None if it is not; any error but our own comes through."""
    try:
        ask(BytesIO(upload), PLENTY)
    except Unreadable as refused:
        return str(refused)
    return None


@pytest.mark.parametrize(
    ("upload", "says"),
    [
        pytest.param(b"", "it is empty (0 bytes)", id="no bytes"),
        pytest.param(b"a diver's log", "it begins with", id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it begins with", id="SVG"),
        pytest.param(b"%PDF-1.7\n", "it begins with", id="PDF"),
        pytest.param(b"PK\x03\x04" + b"\0" * 60, "it begins with", id="a ZIP archive"),
    ],
)
def test_what_is_no_photo_is_told_by_its_first_bytes(upload: bytes, says: str) -> None:
    with pytest.raises(NotAnImage) as refused:
        read_header(BytesIO(upload), PLENTY)

    assert says in str(refused.value)
    assert "JPEG, PNG, WebP, GIF, TIFF, HEIC/HEIF" in str(refused.value)


@pytest.mark.parametrize("format_name", ["BMP", "PPM", "ICO", "PCX", "JPEG2000", "SGI", "DDS"])
def test_an_image_of_another_format_is_never_decoded(format_name: str) -> None:
    upload = BytesIO(encoded(reef(30, 20), format_name))

    with pytest.raises(FormatNotAccepted):
        read_header(upload, PLENTY)
    with pytest.raises(FormatNotAccepted):
        decode(upload, PLENTY)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_photo_that_has_lost_its_second_half_is_told_as_damaged(format_name: str) -> None:
    upload = UPLOADS[format_name]

    with pytest.raises(BrokenImage, match="damaged or incomplete"):
        decode(BytesIO(upload[: len(upload) // 2]), PLENTY)


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "TIFF"])
def test_a_photo_of_which_only_the_first_bytes_came_is_told_as_damaged(format_name: str) -> None:
    with pytest.raises(BrokenImage, match=format_name):
        read_header(BytesIO(UPLOADS[format_name][:14]), PLENTY)


@given(format_name=st.sampled_from(FORMATS), share=st.floats(0, 1))
def test_a_photo_cut_off_anywhere_is_refused_in_our_own_words(format_name: str, share: float) -> None:
    upload = UPLOADS[format_name]
    cut = upload[: int(share * (len(upload) - 1))]

    assert refusal(read_header, cut) != ""
    assert refusal(decode, cut) != ""


@given(
    format_name=st.sampled_from(FORMATS),
    place=st.floats(0, 1),
    rubbish=st.binary(min_size=1, max_size=12),
)
def test_a_photo_with_foreign_bytes_in_it_never_ends_in_anything_but_our_errors(
    format_name: str, place: float, rubbish: bytes
) -> None:
    upload = bytearray(UPLOADS[format_name])
    start = int(place * (len(upload) - len(rubbish)))
    upload[start : start + len(rubbish)] = rubbish

    assert refusal(read_header, bytes(upload)) != ""
    assert refusal(decode, bytes(upload)) != ""


@given(rubbish=st.binary(max_size=200), prefix=st.sampled_from([b"", *(u[:16] for u in UPLOADS.values())]))
def test_rubbish_is_refused_in_our_own_words(rubbish: bytes, prefix: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(BytesIO(prefix + rubbish), PLENTY)


@pytest.mark.parametrize("ask", [read_header, decode])
def test_a_photo_of_exactly_the_allowed_pixels_is_read_and_one_more_row_is_not(ask: Ask) -> None:
    fits, over = (BytesIO(encoded(reef(100, height), "PNG")) for height in (100, 101))

    ask(fits, 10_000)

    with pytest.raises(TooManyPixels, match="100 x 101 = 10100 pixels; at most 10000"):
        ask(over, 10_000)


@pytest.mark.parametrize(
    "side",
    [pytest.param(12_000, id="over Pillow's own limit"), pytest.param(40_000, id="far over it")],
)
def test_a_bomb_is_refused_with_the_limit_before_it_is_unpacked(side: int) -> None:
    upload = BytesIO(png_header(side, side))

    with pytest.raises(TooManyPixels, match=f"{side} x {side}"):
        decode(upload, 120_000_000)


def test_a_photo_larger_than_pillows_own_limit_is_read_if_the_operator_allows_it() -> None:
    upload = BytesIO(png_header(10_000, 10_000))

    assert read_header(upload, 120_000_000).size == Size(10_000, 10_000)


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that says its size and has hardly a pixel behind it."""

    def part(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", size) + part(b"IDAT", zlib.compress(b"\0" * 100))
