"""Test that colour information is read in every format, and that all output is sRGB."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from coralchunk.arrays import Pixels
from coralchunk.imaging.colour.colour import Conversions
from coralchunk.imaging.decoding.decode import decode, open_photo
from coralchunk.imaging.photo import Photo
from tests.hostile.parts import exif_parts, into_jpeg, jpeg_part, png_part, saved
from tests.imaging.colours import (
    ADOBE,
    CORAL,
    DARK,
    LINEAR,
    P3,
    PROPHOTO,
    SRGB,
    Space,
    grey_profile,
    in_lab,
    in_srgb,
    ink_profile,
    light_in_srgb,
    packed_profile,
    profile,
)
from tests.imaging.tiffs import RATIONAL, SHORT, UNDEFINED, exif, picture, tiff
from tests.reef import encoded, reef

PLENTY = 10_000_000
TOLERANCE = 4


def flat(colour: Any = CORAL, dtype: Any = np.uint8) -> Any:
    return np.full((60, 80, len(colour)), colour, dtype)


def opened(content: bytes) -> Photo:
    return open_photo(BytesIO(content), PLENTY)


def colour(content: bytes) -> list[int]:
    """The one colour of a photo; none may have been noted."""
    photo = opened(content)
    assert photo.notes == ()
    return [int(number) for number in photo.pixels()[30, 40]]


def png16(colour: Any, *before: bytes) -> bytes:
    rows = b"".join(b"\0" + row.tobytes() for row in flat(colour, np.uint16).astype(">u2"))
    head = struct.pack(">LLBBBBB", 80, 60, 16, 2, 0, 0, 0)
    parts = [png_part(b"IHDR", head), *before, png_part(b"IDAT", zlib.compress(rows)), png_part(b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def with_parts(*before: bytes) -> bytes:
    """A PNG of one colour with chunks of our own behind its header."""
    whole = encoded(flat(), "PNG")
    return whole[:33] + b"".join(before) + whole[33:]


def deep_heif(numbers: Any, **nclx: int) -> bytes:
    """A HEIF of one colour with 10 bits a channel."""
    out = BytesIO()
    content = np.full((64, 80, 3), np.array(numbers) << 6, np.uint16).tobytes()
    made = pillow_heif.from_bytes(mode="RGB;16", size=(80, 64), data=content)
    made.save(out, quality=-1, chroma=444, bit_depth=10, full_range_flag=1, **nclx)
    return out.getvalue()


def iccp(content: bytes) -> bytes:
    return png_part(b"iCCP", b"a name\0\0" + zlib.compress(content))


def near(found: list[int], right: list[int], tolerance: int = TOLERANCE) -> bool:
    return max(abs(one - other) for one, other in zip(found, right, strict=True)) <= tolerance


@pytest.mark.parametrize("space", [P3, ADOBE, PROPHOTO, LINEAR], ids=["P3", "Adobe", "ProPhoto", "linear"])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF"])
def test_an_embedded_profile_is_applied(format_name: str, space: Space) -> None:
    options: dict[str, Any] = {"HEIF": {"quality": -1, "chroma": 444}, "JPEG": {"quality": 98}}.get(
        format_name, {}
    )

    found = colour(encoded(flat(), format_name, icc_profile=profile(space), **options))

    assert near(found, in_srgb(CORAL, space))


def test_a_profile_of_sixteen_bit_pixels_is_applied() -> None:
    deep = flat(tuple(257 * number for number in CORAL), np.uint16)
    page = picture(deep, ">", t34675=(UNDEFINED, profile(PROPHOTO)))

    assert near(colour(tiff(page, order=">")), in_srgb(CORAL, PROPHOTO))
    assert near(colour(png16(tuple(257 * n for n in CORAL), iccp(profile(ADOBE)))), in_srgb(CORAL, ADOBE))


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF"])
def test_a_grey_photo_is_brightened_by_its_profile(format_name: str) -> None:
    grey = Image.new("L", (80, 60), 100)

    found = colour(saved(grey, format_name, icc_profile=grey_profile(1.0)))

    assert near(found, in_srgb((100, 100, 100), LINEAR))


@pytest.mark.parametrize("mode", ["I;16", "LA", "P", "L"])
def test_greys_and_palettes_with_a_profile_of_rgb_are_converted(mode: str) -> None:
    image = Image.new("RGB", (80, 60), (100, 100, 100))
    image = Image.fromarray(np.full((60, 80), 100 << 8, np.uint16)) if mode == "I;16" else image.convert(mode)

    found = colour(saved(image, "PNG", icc_profile=profile(DARK)))

    assert near(found, in_srgb((100, 100, 100), DARK))


@pytest.mark.parametrize("format_name", ["JPEG", "TIFF"])
def test_inks_are_converted_by_their_profile(format_name: str) -> None:
    inks = Image.new("CMYK", (80, 60), (0, 0, 0, 128))

    found = colour(saved(inks, format_name, icc_profile=ink_profile()))

    # Half of L*: the grey of 18.4 % of the light.
    assert near(found, [118, 118, 118])


def test_lab_is_converted() -> None:
    lightness, a, b = in_lab(CORAL)
    bands = (lightness * 2.55, a + 128, b + 128)
    image = Image.merge("LAB", [Image.new("L", (80, 60), round(value)) for value in bands])

    assert near(colour(saved(image, "TIFF")), list(CORAL))


def test_alpha_and_palette_keep_their_places_when_colours_are_converted() -> None:
    colours = (
        np.array([[CORAL, (20, 200, 40)], [(30, 60, 220), (250, 250, 250)]], np.uint8)
        .repeat(8, 0)
        .repeat(8, 1)
    )
    right = np.array([[in_srgb(one, P3) for one in row] for row in colours])

    for image in (Image.fromarray(colours).convert("RGBA"), Image.fromarray(colours).quantize(16)):
        pixels = decode(BytesIO(saved(image, "PNG", icc_profile=profile(P3))), PLENTY)
        assert np.abs(pixels.astype(int) - right).max() <= TOLERANCE


@pytest.mark.parametrize(
    ("parts", "space"),
    [
        pytest.param([png_part(b"cICP", bytes((12, 13, 0, 1)))], P3, id="cICP of P3"),
        pytest.param([png_part(b"cICP", bytes((1, 8, 0, 1)))], LINEAR, id="cICP of linear light"),
        pytest.param([png_part(b"gAMA", struct.pack(">L", 100_000))], LINEAR, id="gAMA of linear light"),
        pytest.param([png_part(b"gAMA", struct.pack(">L", 55_556))], DARK, id="gAMA of 1.8"),
        pytest.param(
            [
                png_part(b"gAMA", struct.pack(">L", 45_455)),
                png_part(b"cHRM", struct.pack(">8L", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)),
            ],
            ADOBE,
            id="gAMA and cHRM of Adobe RGB",
        ),
        pytest.param(
            [png_part(b"cICP", bytes((1, 13, 0, 1))), iccp(profile(ADOBE))], SRGB, id="cICP beside a profile"
        ),
        pytest.param(
            [png_part(b"sRGB", b"\0"), png_part(b"gAMA", struct.pack(">L", 100_000))],
            SRGB,
            id="sRGB beside gAMA",
        ),
        pytest.param(
            [iccp(profile(ADOBE)), png_part(b"gAMA", struct.pack(">L", 100_000))],
            ADOBE,
            id="iCCP beside gAMA",
        ),
    ],
)
def test_what_the_parts_of_a_png_say_is_applied(parts: list[bytes], space: Space) -> None:
    assert near(colour(with_parts(*parts)), in_srgb(CORAL, space))


def test_a_png_of_the_limited_range_is_widened() -> None:
    told = png_part(b"cICP", bytes((1, 13, 0, 0)))

    assert near(colour(with_parts(told)), [round((number - 16) / 219 * 255) for number in CORAL])


@pytest.mark.parametrize(
    ("primaries", "transfer", "space"),
    [
        pytest.param(12, 13, P3, id="P3"),
        pytest.param(1, 8, LINEAR, id="linear"),
        pytest.param(1, 13, SRGB, id="sRGB"),
        pytest.param(1, 1, SRGB, id="BT.709, as phones write it for sRGB"),
    ],
)
def test_the_code_points_of_a_heif_are_applied(primaries: int, transfer: int, space: Space) -> None:
    told = {"color_primaries": primaries, "transfer_characteristics": transfer, "matrix_coefficients": 0}
    upload = encoded(flat(), "HEIF", quality=-1, chroma=444, **told)

    assert near(colour(upload), in_srgb(CORAL, space))


def test_diffuse_white_of_hdr_is_white() -> None:
    pq = deep_heif((594,) * 3, color_primaries=9, transfer_characteristics=16, matrix_coefficients=0)
    hlg = deep_heif((768,) * 3, color_primaries=9, transfer_characteristics=18, matrix_coefficients=0)

    assert min(colour(pq)) >= 245
    assert min(colour(hlg)) >= 245


def test_half_the_light_of_diffuse_white_is_half_the_light_in_srgb() -> None:
    bt2020 = Space(((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), (0.3127, 0.3290), 0)
    # 101.5 cd/m2 by SMPTE ST 2084.
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = (101.5 / 10_000) ** m1
    code = round(1023 * ((c1 + c2 * power) / (1 + c3 * power)) ** m2)

    found = colour(
        deep_heif((code,) * 3, color_primaries=9, transfer_characteristics=16, matrix_coefficients=0)
    )

    assert near(found, light_in_srgb(np.array([0.5, 0.5, 0.5]), bt2020), 5)


def test_a_profile_made_for_hdr_is_read_by_its_code_points() -> None:
    tags = {b"cicp": b"cicp\0\0\0\0" + bytes((9, 16, 0, 1))}
    hdr = packed_profile(b"RGB ", tags)
    white = saved(Image.new("RGB", (80, 60), (148, 148, 148)), "PNG", icc_profile=hdr)

    assert min(colour(white)) >= 245


@pytest.mark.parametrize(
    ("block", "space"),
    [
        pytest.param(exif(inner={0xA001: (SHORT, 2)}), ADOBE, id="ColorSpace 2"),
        pytest.param(exif(inner={0xA001: (SHORT, 0xFFFF)}, index="R03"), ADOBE, id="uncalibrated, R03"),
        pytest.param(exif(inner={}, index="R03"), ADOBE, id="R03 alone"),
        pytest.param(exif(inner={0xA001: (SHORT, 1)}, index="R98"), SRGB, id="sRGB, R98"),
        pytest.param(exif(inner={0xA001: (SHORT, 0xFFFF)}), SRGB, id="uncalibrated and nothing else"),
        pytest.param(
            exif(
                first={
                    318: (RATIONAL, [(3127, 10_000), (3290, 10_000)]),
                    319: (RATIONAL, [(n, 1000) for n in (640, 330, 210, 710, 150, 60)]),
                },
                inner={0xA001: (SHORT, 0xFFFF), 0xA500: (RATIONAL, [(563, 256)])},
            ),
            ADOBE,
            id="primaries and gamma",
        ),
    ],
)
def test_what_a_camera_says_without_a_profile_is_applied(block: bytes, space: Space) -> None:
    jpeg = into_jpeg(encoded(flat(), "JPEG", quality=98), *exif_parts(block))
    png = with_parts(png_part(b"eXIf", block))

    assert near(colour(jpeg), in_srgb(CORAL, space))
    assert near(colour(png), in_srgb(CORAL, space))


def test_a_profile_counts_more_than_what_a_camera_says() -> None:
    jpeg = encoded(
        flat(),
        "JPEG",
        quality=98,
        icc_profile=profile(P3),
        exif=b"Exif\0\0" + exif(inner={0xA001: (SHORT, 2)}),
    )

    assert near(colour(jpeg), in_srgb(CORAL, P3))


def test_primaries_in_the_tags_of_a_tiff_are_applied() -> None:
    chromaticities = {
        "t318": (RATIONAL, [(3127, 10_000), (3290, 10_000)]),
        "t319": (RATIONAL, [(n, 1000) for n in (680, 320, 265, 690, 150, 60)]),
    }

    assert near(colour(tiff(picture(flat(), **chromaticities))), in_srgb(CORAL, P3))


@pytest.mark.parametrize("name", ["of this project's own colours", "of LittleCMS"])
def test_a_photo_that_says_it_is_srgb_is_left_to_the_bit(name: str) -> None:
    photo = reef(300, 200)
    said = (
        profile(SRGB) if "own" in name else ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    )

    pixels = decode(BytesIO(encoded(photo, "PNG", icc_profile=said)), PLENTY)

    assert (pixels == photo).all()


BROKEN = {
    "rubbish": b"rubbish" * 50,
    "cut off": profile(P3)[:300],
    "for inks": ink_profile(),
    "for greys": grey_profile(1.0),
    "a link between devices": packed_profile(b"RGB ", {}, connection=b"RGB ", kind=b"link"),
    "without curves": packed_profile(b"RGB ", {}),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_colours_are_taken_for_srgb_where_the_profile_cannot_be_used_and_that_is_noted(
    format_name: str, name: str
) -> None:
    photo = opened(encoded(flat(), format_name, icc_profile=BROKEN[name]))

    assert photo.notes == ("unreadable_profile",)
    assert near([int(n) for n in photo.pixels()[30, 40]], list(CORAL))


def test_a_profile_of_which_a_piece_is_missing_is_noted() -> None:
    piece = jpeg_part(0xE2, b"ICC_PROFILE\0\x01\x02" + profile(P3)[:1000])

    photo = opened(into_jpeg(encoded(flat(), "JPEG"), piece))

    assert photo.notes == ("unreadable_profile",)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: iccp(bytes(50_000_000)), id="a profile that unpacks to 50 MB"),
        pytest.param(
            lambda: png_part(b"iCCP", b"a name\0\x07rubbish"), id="a compression that does not exist"
        ),
        pytest.param(lambda: png_part(b"cICP", bytes((200, 13, 0, 1))), id="primaries that do not exist"),
        pytest.param(lambda: png_part(b"cHRM", bytes(32)), id="chromaticities of zero"),
        pytest.param(lambda: png_part(b"gAMA", bytes(4)), id="a gamma of zero"),
    ],
)
def test_a_png_whose_colours_cannot_be_known_is_read_with_a_note(make: Callable[[], bytes]) -> None:
    photo = opened(with_parts(make()))

    assert photo.notes == ("unreadable_profile",)
    assert tuple(photo.pixels()[30, 40]) == CORAL


def test_a_png_with_a_profile_of_several_megabytes_is_converted() -> None:
    large = profile(P3) + np.random.default_rng(1).bytes(4_000_000)

    assert near(colour(with_parts(iccp(large))), in_srgb(CORAL, P3))


def test_a_turned_photo_is_converted_and_turned() -> None:
    wide = np.zeros((40, 90, 3), np.uint8)
    wide[:, 45:] = CORAL
    upload = encoded(
        wide,
        "JPEG",
        quality=98,
        icc_profile=profile(P3),
        exif=b"Exif\0\0" + exif(first={0x112: (SHORT, [6])}),
    )

    pixels = decode(BytesIO(upload), PLENTY)

    assert pixels.shape == (90, 40, 3)
    assert near([int(n) for n in pixels[80, 20]], in_srgb(CORAL, P3))


def test_conversions_are_kept_from_photo_to_photo_and_forgotten_after_some() -> None:
    conversions = Conversions()
    first = conversions.find(profile(P3))

    again = conversions.find(profile(P3))
    for gamma in np.linspace(1.1, 2.9, 20):
        conversions.find(profile(Space(P3.primaries, P3.white, float(gamma))))

    assert again is first
    assert conversions.find(profile(P3)) is not first


def every_way(photo: Pixels) -> list[Pixels]:
    found = opened(encoded(photo, "TIFF", icc_profile=profile(P3)))
    return [found.pixels(), found.reduced(1), np.vstack([found.pixels()[:100], found.pixels()[100:]])]


def test_pieces_and_copies_of_a_photo_show_the_same_colours() -> None:
    whole, copy, pieces = every_way(reef(310, 270))

    assert (whole == copy).all()
    assert (whole == pieces).all()
