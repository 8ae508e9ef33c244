"""Bytes from a stranger -> upright RGB pixels, or a clear no."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from coralchunk.errors import (
    BrokenImage,
    CoralchunkError,
    FormatNotAccepted,
    NotAnImage,
    TooManyPixels,
)
from coralchunk.imaging.formats import PLUGINS, SENTENCE, claimed_format
from coralchunk.terms import Pixels, Size

_ORIENTATION: Final = 0x0112  # EXIF tag
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height
_UPRIGHT: Final = {  # EXIF orientation -> what undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIXTEEN_BIT_GREY: Final = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I"})


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself before a pixel is decoded."""

    format_name: str
    size: Size  # upright


def read_header(stream: IO[bytes], max_pixels: int) -> Header:
    """Recognise a photo and its upright size from its first bytes.

    stream      a seekable binary file; its position is moved

    Raises NotAnImage, FormatNotAccepted, BrokenImage, or TooManyPixels.
    """
    with _opened(stream, max_pixels) as image:
        width, height = image.size
        # Reading EXIF also walks TIFF tags: a rotten block must be told here, not later.
        if _orientation(image) in _SIDEWAYS and not _has_upright_size(image):
            width, height = height, width
        return Header(image.format or "", Size(width, height))


def decode(stream: IO[bytes], max_pixels: int) -> Pixels:
    """Read a photo the way the diver held the camera (EXIF orientation applied).

    The first frame of an animation, composited on black where it is transparent; 16-bit grey keeps its
    upper 8 bits; CMYK and palettes become RGB.

    stream      a seekable binary file; its position is moved

    Returns (H, W, 3) uint8, RGB, contiguous.
    Raises NotAnImage, FormatNotAccepted, BrokenImage, or TooManyPixels before a pixel is decoded.
    """
    with _opened(stream, max_pixels) as image:
        # Asked before the pixels are loaded, like the header's; Pillow turns TIFF itself while it loads.
        orientation = 1 if isinstance(image, TiffImageFile) else _orientation(image)
        image.load()
        upright = image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image
        return np.ascontiguousarray(_rgb(upright))


def _orientation(image: Image.Image) -> int:
    """Return the EXIF (or XMP) orientation that stands before the pixels, 1 if there is none.

    PNG may carry EXIF behind its pixels too, but Pillow's own getexif for PNG decodes them all to look there.
    """
    return int(Image.Image.getexif(image).get(_ORIENTATION, 1))


def _has_upright_size(image: Image.Image) -> bool:
    return isinstance(image, TiffImageFile) and _ORIENTATION in image.tag_v2


@contextmanager
def _opened(stream: IO[bytes], max_pixels: int) -> Iterator[Image.Image]:
    stream.seek(0)
    head = stream.read(64)
    stream.seek(0)
    found = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(stream, formats=PLUGINS) as image:
                found = image.format or "image"
                if image.width * image.height > max_pixels:
                    raise TooManyPixels(image.width, image.height, max_pixels)
                yield image
    except CoralchunkError:
        raise
    # Pillow's plugins raise a dozen unrelated types on hostile bytes (SyntaxError, struct.error, ...):
    # this is the border where all of them become one answer.
    except Exception as damage:
        raise _refusal(head, found, damage) from damage


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


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode in _SIXTEEN_BIT_GREY:
        # Pillow clips 16-bit grey at 255 when it converts; a photo needs its upper byte instead.
        grey = np.asarray(image).astype(np.int64)
        deep = image.mode != "I" or grey.max(initial=0) > 255
        return Image.fromarray((grey >> 8 if deep else grey).clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (0, 0, 0, 255))
        return Image.alpha_composite(ground, clear).convert("RGB")
    return image.convert("RGB")
