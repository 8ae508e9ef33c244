"""Bytes from a stranger -> upright RGB pixels, or a clear no."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from coralchunk.errors import (
    BrokenImage,
    CoralchunkError,
    FormatNotAccepted,
    NotAnImage,
    TooManyPixels,
)
from coralchunk.imaging.formats import PLUGINS, SENTENCE, foreign_format
from coralchunk.terms import Pixels, Size

_ORIENTATION: Final = 0x0112  # EXIF tag
_SIDEWAYS: Final = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height
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
        # Reading EXIF also walks TIFF tags and PNG chunks: a rotten block must be told here, not later.
        if image.getexif().get(_ORIENTATION) in _SIDEWAYS:
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
        image.load()
        return np.ascontiguousarray(_rgb(ImageOps.exif_transpose(image)))


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
    if isinstance(damage, UnidentifiedImageError) and not found:
        if not head:
            return NotAnImage("it is empty (0 bytes)", SENTENCE)
        foreign = foreign_format(head)
        if foreign is not None:
            return FormatNotAccepted(foreign, SENTENCE)
        return NotAnImage(f"it begins with {head[:12]!r}", SENTENCE)
    return BrokenImage(found or "image", str(damage) or type(damage).__name__)


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
