"""Decode an uploaded image safely: to managed, upright RGB pixels, or a clear refusal."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Final, cast

from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from coralchunk.errors import (
    BrokenImage,
    CoralchunkError,
    FormatNotAccepted,
    NotAnImage,
    TooManyPixels,
)
from coralchunk.imaging.bounds import check_scans, check_sides, first_page
from coralchunk.imaging.colour import Conversion, Conversions, UnreadableProfile, fits, managed
from coralchunk.imaging.deep import eight_bit
from coralchunk.imaging.emptiness import take_emptiness
from coralchunk.imaging.formats import PLUGINS, SENTENCE, claimed_format
from coralchunk.imaging.jpeg import jpeg_pixels
from coralchunk.imaging.metered import Metered
from coralchunk.imaging.orientation import UPRIGHT, orientation
from coralchunk.imaging.photo import SIDEWAYS, UNREADABLE_PROFILE, Photo
from coralchunk.imaging.png_chunks import PngColours, png_colours
from coralchunk.imaging.raster import ArrayRaster, PillowRaster, Raster
from coralchunk.imaging.stated_colours import StatedColours, stated_colours
from coralchunk.imaging.tags import Directory
from coralchunk.terms import Pixels, Size

# Memory that a decoder takes for a pixel, its own buffers included; a format that needs more may have fewer
# pixels. Pillow keeps 4 bytes; libwebp, libtiff and libheif hold a second copy, and a progressive JPEG keeps
# all of its coefficients until the last scan.
_FRUGAL_BYTES: Final = 4
_BYTES_PER_PIXEL: Final = {"JPEG": _FRUGAL_BYTES, "MPO": _FRUGAL_BYTES, "PNG": _FRUGAL_BYTES}
_LAVISH_BYTES: Final = 8
_PROGRESSIVE_BYTES: Final = 10
_ORIENTATION: Final = 0x0112  # EXIF 2.32


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself before a pixel is decoded."""

    format_name: str
    size: Size  # upright


def read_header(stream: IO[bytes], max_pixels: int) -> Header:
    """Recognise a photo and its upright size from its first bytes.

    stream      a seekable binary file; its position is moved

    Raises NotAnImage, FormatNotAccepted, BrokenImage, TooLong or TooManyPixels.
    """
    with _opened(stream, max_pixels) as opened:
        width, height = opened.image.size
        if _held(opened.image) in SIDEWAYS:
            width, height = height, width
        return Header(opened.image.format or "", Size(width, height))


def open_photo(stream: IO[bytes], max_pixels: int, conversions: Conversions | None = None) -> Photo:
    """Decode a photo the way the diver held the camera (EXIF orientation applied), in the colours of sRGB.

    The first frame of an animation; 16-bit grey keeps its upper 8 bits; CMYK and palettes become RGB.

    stream       a seekable binary file; its position is moved
    max_pixels   for JPEG and PNG; formats that take more memory to decode may have fewer
    conversions  kept from photo to photo

    Raises what read_header raises, before a pixel is decoded, or BrokenImage.
    """
    with _opened(stream, max_pixels) as opened:
        image = opened.image
        # Asked before the pixels are loaded, like the header's.
        held = _held(image)
        stated = stated_colours(image, opened.png, opened.page)
        conversion, notes = _conversion(stated, image.mode, conversions or Conversions())
        opened.metered.allow_pixels()
        pixels = jpeg_pixels(image, opened.metered)
        if pixels is not None:
            if conversion is not None:
                conversion.rows(pixels)
            return Photo(ArrayRaster(pixels), held, notes=notes)
        applied = _applied(image, opened.page)
        image.load()
        raster = _raster(image, conversion, is_deep=opened.png is not None and opened.png.depth == 16)
        return Photo(raster, held, applied, notes)


def _conversion(
    stated: StatedColours, mode: str, conversions: Conversions
) -> tuple[Conversion | None, tuple[str, ...]]:
    """Return what makes sRGB of the pixels, if they are not, and a note if that cannot be known."""
    if stated.profile is None:
        return None, (UNREADABLE_PROFILE,) if stated.is_unreadable else ()
    try:
        conversion = conversions.find(stated.profile)
    except UnreadableProfile:
        return None, (UNREADABLE_PROFILE,)
    if conversion.changes_nothing:
        return None, ()
    return (conversion, ()) if fits(mode, conversion) else (None, (UNREADABLE_PROFILE,))


def _raster(image: Image.Image, conversion: Conversion | None, *, is_deep: bool) -> Raster:
    empty = take_emptiness(image, is_deep=is_deep)
    shallow = eight_bit(image, empty)
    return PillowRaster(shallow) if conversion is None else managed(shallow, conversion)


def decode(stream: IO[bytes], max_pixels: int) -> Pixels:
    """Decode a photo as one array, (H, W, 3) uint8, RGB, upright; see open_photo."""
    return open_photo(stream, max_pixels).pixels()


def _held(image: Image.Image) -> int:
    # Pillow turns a TIFF itself: its size at once, its pixels while it loads them.
    return UPRIGHT if isinstance(image, TiffImageFile) else orientation(image)


def _applied(image: Image.Image, page: Directory | None) -> int:
    """Return the orientation that Pillow applies to the pixels while it loads them."""
    return page.number(_ORIENTATION, UPRIGHT) if page and isinstance(image, TiffImageFile) else UPRIGHT


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file whose header was read and found acceptable."""

    image: Image.Image
    metered: Metered
    png: PngColours | None
    page: Directory | None  # of a TIFF


@contextmanager
def _opened(stream: IO[bytes], max_pixels: int) -> Iterator[_Opened]:
    stream.seek(0)
    head = stream.read(64)
    found = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            metered = Metered(stream)
            page, png = None, None
            claimed = claimed_format(head)
            if claimed == "TIFF":
                page = first_page(metered, head)
            else:
                # Anywhere else EXIF is about the photo, not of it: many a phone writes rubbish there.
                warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")
            if claimed == "PNG":
                png = png_colours(metered)
                metered = _without(metered, png.hidden)
            # It has what Pillow uses of a file, if not all that a file has.
            with Image.open(cast(Any, metered), formats=PLUGINS) as image:
                found = image.format or "image"
                check_sides(image)
                most = max_pixels * _FRUGAL_BYTES // _bytes_per_pixel(image)
                if image.width * image.height > most:
                    raise TooManyPixels(image.width, image.height, most)
                check_scans(image, metered)
                yield _Opened(image, metered, png, page)
    except CoralchunkError:
        raise
    # Pillow's plugins raise a dozen unrelated types on hostile bytes (SyntaxError, struct.error, ...):
    # this is the border where all of them become one answer.
    except Exception as damage:
        raise _refusal(head, found, damage) from damage


def _without(metered: Metered, hidden: tuple[int, int] | None) -> Metered:
    """Return a file without some of its bytes, at its beginning; the same file if none are to be hidden."""
    metered.seek(0)
    if hidden is None:
        return metered
    content = metered.read()
    return Metered(BytesIO(content[: hidden[0]] + content[hidden[1] :]))


def _refusal(head: bytes, found: str, damage: Exception) -> CoralchunkError:
    if not head:
        return NotAnImage("it is empty (0 bytes)", SENTENCE)
    claimed = found or claimed_format(head)
    if claimed is None:
        return NotAnImage(f"it begins with {head[:12]!r}", SENTENCE)
    if not found and claimed not in PLUGINS:
        return FormatNotAccepted(claimed, SENTENCE)
    if isinstance(damage, UnidentifiedImageError):  # its words are about a Python object
        return BrokenImage(claimed, "it cannot be read beyond its first bytes")
    return BrokenImage(claimed, str(damage) or type(damage).__name__)


def _bytes_per_pixel(image: Image.Image) -> int:
    if image.info.get("progressive"):
        return _PROGRESSIVE_BYTES
    if image.mode == "CMYK":  # its pixels are converted into a second copy
        return _LAVISH_BYTES
    return _BYTES_PER_PIXEL.get(image.format or "", _LAVISH_BYTES)
