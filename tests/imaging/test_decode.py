"""Test each accepted format, colour mode and orientation; test_refused_files.py has what is refused."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.decoding.decode import decode
from coralchunk.imaging.decoding.header import Header, read_header
from coralchunk.terms import Size
from tests.reef import encoded, reef

PLENTY = 10_000_000
LOSSLESS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "TIFF": {},
    "WEBP": {"lossless": True, "exact": True},
    "HEIF": {"quality": -1, "chroma": 444, "matrix_coefficients": 0},
}
QUARTERS = np.array([[(220, 30, 30), (30, 200, 40)], [(40, 60, 220), (230, 220, 60)]], dtype=np.uint8)


def quarters(width: int, height: int) -> Pixels:
    """Red, green over blue, yellow: tells any turned or mirrored picture from an upright one."""
    return QUARTERS[np.arange(height)[:, None] * 2 // height, np.arange(width) * 2 // width]


def held(photo: Pixels, orientation: int) -> Pixels:
    """Return the pixels as a camera held that way stores them; EXIF 2.32, tag 0x0112."""
    rows_first = {5: photo, 6: photo[:, ::-1], 7: photo[::-1, ::-1], 8: photo[::-1]}
    if orientation in rows_first:
        return np.ascontiguousarray(rows_first[orientation].transpose(1, 0, 2))
    ways = {1: photo, 2: photo[:, ::-1], 3: photo[::-1, ::-1], 4: photo[::-1]}
    return np.ascontiguousarray(ways[orientation])


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def saved(image: Image.Image, format_name: str, **options: Any) -> BytesIO:
    out = BytesIO()
    image.save(out, format_name, **options)
    return out


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
def test_a_photo_comes_out_upright_however_the_camera_was_held(format_name: str, orientation: int) -> None:
    photo = quarters(120, 64)
    # A HEIF writer rotates the pixels itself when it gets an orientation, as phones do.
    stored = photo if format_name == "HEIF" else held(photo, orientation)
    upload = BytesIO(encoded(stored, format_name, exif=exif(orientation), **LOSSLESS.get(format_name, {})))
    if format_name == "HEIF":
        photo = upright_by_hand(photo, orientation)

    pixels = decode(upload, PLENTY)
    header = read_header(upload, PLENTY)

    assert pixels.shape == photo.shape
    assert np.abs(pixels.astype(int) - photo)[8:24, 8:48].max() < 30
    assert np.median(np.abs(pixels.astype(int) - photo)) < 4
    assert header.size == Size(photo.shape[1], photo.shape[0])


def upright_by_hand(stored: Pixels, orientation: int) -> Pixels:
    """Undo what `held` does: 6 and 8 undo each other, the rest undo themselves."""
    return held(stored, {6: 8, 8: 6}.get(orientation, orientation))


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "jpeg"])
@pytest.mark.parametrize("orientation", [3, 6])
def test_a_turned_tiff_comes_out_upright_however_it_is_compressed(compression: str, orientation: int) -> None:
    photo = quarters(128, 64)
    upload = BytesIO(
        encoded(held(photo, orientation), "TIFF", exif=exif(orientation), compression=compression)
    )

    pixels = decode(upload, PLENTY)

    assert read_header(upload, PLENTY).size == Size(128, 64)
    assert np.abs(pixels.astype(int) - photo)[4:28, 4:60].max() < 30


def test_an_orientation_that_does_not_exist_is_taken_for_upright() -> None:
    photo = quarters(40, 20)

    pixels = decode(BytesIO(encoded(photo, "PNG", exif=exif(9))), PLENTY)

    assert (pixels == photo).all()


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "WEBP"])
def test_a_lossless_photo_comes_out_pixel_by_pixel(format_name: str) -> None:
    photo = reef(301, 203)

    pixels = decode(BytesIO(encoded(photo, format_name, **LOSSLESS[format_name])), PLENTY)

    assert (pixels == photo).all()
    assert pixels.flags.c_contiguous
    assert pixels.dtype == np.uint8


@pytest.mark.parametrize(
    ("format_name", "told"),
    [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP"), ("GIF", "GIF"), ("TIFF", "TIFF"), ("HEIF", "HEIF")],
)
def test_each_accepted_format_looks_as_it_did(format_name: str, told: str) -> None:
    photo = reef(200, 140)
    upload = BytesIO(encoded(photo, format_name))

    pixels = decode(upload, PLENTY)

    assert read_header(upload, PLENTY) == Header(told, Size(200, 140))
    assert np.abs(pixels.astype(int) - photo).mean() < 8


@pytest.mark.parametrize(
    ("mode", "format_name"),
    [
        ("1", "PNG"),
        ("1", "TIFF"),
        ("L", "PNG"),
        ("L", "JPEG"),
        ("P", "PNG"),
        ("P", "GIF"),
        ("P", "TIFF"),
        ("RGBA", "PNG"),
        ("RGBA", "WEBP"),
        ("RGBA", "TIFF"),
        ("LA", "PNG"),
        ("LA", "TIFF"),
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("YCbCr", "JPEG"),
        ("LAB", "TIFF"),
        ("I;16", "PNG"),
        ("I;16", "TIFF"),
        ("I", "TIFF"),
        ("F", "TIFF"),
    ],
)
def test_a_mid_grey_stays_mid_grey_in_every_colour_mode(mode: str, format_name: str) -> None:
    pixels = decode(saved(mid_grey(mode), format_name), PLENTY)

    assert pixels.shape == (20, 30, 3)
    assert abs(float(pixels.mean()) - 128) < 12
    assert float(pixels.std(axis=2).max()) < 6


def mid_grey(mode: str) -> Image.Image:
    if mode in {"I;16", "I"}:
        deep = np.full((20, 30), 128 << 8, dtype=np.uint16 if mode == "I;16" else np.int32)
        return Image.fromarray(deep)
    if mode == "1":
        return Image.fromarray(np.indices((20, 30)).sum(axis=0) % 2 == 0)
    if mode == "LAB":
        return Image.merge("LAB", [Image.new("L", (30, 20), value) for value in (137, 128, 128)])
    if mode == "P":
        return Image.new("RGB", (30, 20), (128, 128, 128)).quantize(4)
    return Image.new("RGB", (30, 20), (128, 128, 128)).convert(mode)


def test_sixteen_bit_grey_keeps_its_shades() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (8, 1))

    pixels = decode(saved(Image.fromarray(ramp), "PNG"), PLENTY)

    assert (pixels[0, :, 0] == ramp[0] >> 8).all()


@pytest.mark.parametrize("transparency", ["alpha", "palette"])
def test_what_is_transparent_becomes_black(transparency: str) -> None:
    if transparency == "alpha":
        clear = Image.new("RGBA", (30, 20), (255, 0, 0, 0))
    else:
        clear = Image.new("P", (30, 20), 5)
        clear.putpalette([255] * 768)
        clear.info["transparency"] = 5

    pixels = decode(saved(clear, "PNG"), PLENTY)

    assert pixels.max() == 0


def test_an_animation_is_seen_by_its_first_frame() -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "lime", "blue")]

    pixels = decode(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), PLENTY)

    assert tuple(pixels[0, 0]) == (255, 0, 0)


@pytest.mark.parametrize("format_name", ["TIFF", "MPO"])
def test_a_file_with_several_pictures_is_seen_by_its_first(format_name: str) -> None:
    pages = [Image.new("RGB", (32, 16), "red"), Image.new("RGB", (64, 64), "blue")]

    upload = saved(pages[0], format_name, save_all=True, append_images=pages[1:])

    assert read_header(upload, PLENTY).size == Size(32, 16)
    assert tuple(decode(upload, PLENTY)[0, 0] // 250) == (1, 0, 0)


def test_the_header_of_a_png_is_read_without_decoding_a_pixel() -> None:
    # What cannot be decoded must still have a header: requests look at headers only.
    whole = encoded(reef(300, 200), "PNG")
    start = whole.index(b"IDAT") + 40
    rotten = whole[:start] + bytes(len(whole) - start)

    header = read_header(BytesIO(rotten), PLENTY)

    assert header == Header("PNG", Size(300, 200))


@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    orientation=st.integers(1, 8),
    format_name=st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "HEIF"]),
)
def test_the_header_says_the_size_that_decoding_gives(
    width: int, height: int, orientation: int, format_name: str
) -> None:
    upload = BytesIO(encoded(np.zeros((height, width, 3), np.uint8), format_name, exif=exif(orientation)))

    size = read_header(upload, PLENTY).size

    assert decode(upload, PLENTY).shape == (size.height, size.width, 3)
