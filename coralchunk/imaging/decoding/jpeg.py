"""Decode a JPEG that Pillow has opened directly into one array.

The decoder is libjpeg-turbo either way, and the pixels are identical; but Pillow copies them into its own
memory, from which every piece has to be copied again.
"""

from io import BytesIO
from typing import Any, Final

import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.files.jpeg_scans import (
    check_pixels_are_there,
    check_scans_are_there,
    closed,
)
from coralchunk.imaging.files.metered import Metered

_FORMATS: Final = frozenset({"JPEG", "MPO"})
_WHOLE: Final = (0, 0)
_COLOURS: Final = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}  # by mode


def jpeg_pixels(image: Image.Image, stream: Metered, *, is_halved: bool = False) -> Pixels | None:
    """Decode a JPEG of three colours, (H, W, 3) uint8, RGB, as stored.

    At half its size the decoder computes a quarter of the pixels; a side of odd length is rounded up.

    Returns None for what is none, and for one that libjpeg-turbo does not take, so that Pillow says what is
    wrong with it, or reads it nevertheless. Raises BrokenImage if not all pixels are there.

    image   opened, not loaded; its size was found acceptable
    stream  the whole file
    """
    if image.format not in _FORMATS or image.mode != "RGB":
        return None
    width, height = (-(-side // 2) for side in image.size) if is_halved else image.size
    least = (width, height) if is_halved else _WHOLE
    found = _decoded(_content(stream), "RGB", least, is_progressive="progressive" in image.info)
    if found is None or found[1].shape != (height, width, 3):
        return None
    return found[1]


def mended_jpeg(image: Image.Image, stream: Metered) -> Image.Image:
    """Return a grey or CMYK JPEG as Pillow can load it, with its end marker; anything else as it is.

    Raises BrokenImage if not all pixels are there.

    image   opened, not loaded
    stream  the whole file
    """
    if image.format not in _FORMATS or image.mode not in _COLOURS:
        return image
    content = _content(stream)
    found = _decoded(content, _COLOURS[image.mode], _WHOLE, is_progressive="progressive" in image.info)
    if found is None or found[0] is content:
        stream.seek(0)
        return image
    mended = Image.open(BytesIO(found[0]), formats=("JPEG",))
    mended.load()
    return mended


def _content(stream: Metered) -> bytes:
    stream.seek(0)
    return stream.read()


def _decoded(
    content: bytes, colours: str, least: tuple[int, int], *, is_progressive: bool
) -> tuple[bytes, NDArray[np.uint8]] | None:
    """Return the file, or its closed copy, and its pixels; None if that is not possible."""
    pixels, complaint = _tried(content, colours, least)
    whole = content
    if complaint:
        whole = closed(content)
        pixels, complaint = _tried(whole, colours, least)
        check_pixels_are_there(whole, complaint)
        if complaint:
            pixels, _ = _tried(whole, colours, least, is_strict=False)
    if pixels is not None and is_progressive:
        check_scans_are_there(content)
    return None if pixels is None else (whole, pixels)


def _tried(
    content: bytes, colours: str, least: tuple[int, int], *, is_strict: bool = True
) -> tuple[NDArray[np.uint8] | None, str]:
    """Return the pixels, or what libjpeg-turbo has against them.

    least  width and height that the decoder may scale the picture down to; _WHOLE: it may not
    """
    width, height = least
    try:
        pixels: Any = simplejpeg.decode_jpeg(
            content, colours, min_width=width, min_height=height, strict=is_strict
        )
    except ValueError as complaint:
        return None, str(complaint) or "unknown"
    return np.asarray(pixels, dtype=np.uint8), ""
