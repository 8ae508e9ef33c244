"""Decode a JPEG that Pillow has opened directly into one array.

The decoder is libjpeg-turbo either way, and the pixels are identical; but Pillow copies them into its own
memory, from which every piece has to be copied again.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Final

import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.files.jpeg_scans import (
    check_pixels_are_there,
    check_scans_are_there,
    closed,
)
from coralchunk.imaging.files.metered import Metered

Room = Callable[[int, int], Pixels]  # returns memory for the pixels of a height and a width, (H, W, 3) uint8

_FORMATS: Final = frozenset({"JPEG", "MPO"})
_WHOLE: Final = (0, 0)
_COLOURS: Final = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}  # by mode


def own_room(height: int, width: int) -> Pixels:
    """Return memory of this process for pixels."""
    return np.empty((height, width, 3), dtype=np.uint8)


def jpeg_pixels(
    image: Image.Image, stream: Metered, *, is_halved: bool = False, room: Room = own_room
) -> Pixels | None:
    """Decode a JPEG of three colours, (H, W, 3) uint8, RGB, as stored.

    At half its size the decoder computes a quarter of the pixels; a side of odd length is rounded up.

    Returns None for what is none, and for one that libjpeg-turbo does not take, so that Pillow says what is
    wrong with it, or reads it nevertheless. Raises BrokenImage if not all pixels are there.

    image   opened, not loaded; its size was found acceptable
    stream  the whole file
    room    gives the memory that the pixels are decoded into
    """
    if image.format not in _FORMATS or image.mode != "RGB":
        return None
    width, height = (-(-side // 2) for side in image.size) if is_halved else image.size
    least = (width, height) if is_halved else _WHOLE
    content = _content(stream)
    if _size(content, least) != (height, width):
        return None
    pixels = room(height, width)
    found = _decoded(content, "RGB", least, pixels, is_progressive="progressive" in image.info)
    return None if found is None else pixels


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
    if found is None or found is content:
        stream.seek(0)
        return image
    mended = Image.open(BytesIO(found), formats=("JPEG",))
    mended.load()
    return mended


def _content(stream: Metered) -> bytes:
    stream.seek(0)
    return stream.read()


def _size(content: bytes, least: tuple[int, int]) -> tuple[int, int] | None:
    """Return the height and width that libjpeg-turbo decodes a file to; None if it does not take the file."""
    width, height = least
    try:
        found = simplejpeg.decode_jpeg_header(content, min_width=width, min_height=height, strict=False)
    except ValueError:
        return None
    return int(found[0]), int(found[1])


def _decoded(
    content: bytes,
    colours: str,
    least: tuple[int, int],
    into: Pixels | None = None,
    *,
    is_progressive: bool,
) -> bytes | None:
    """Return the file, or its closed copy, if it was decoded; None if that is not possible."""
    is_decoded, complaint = _tried(content, colours, least, into)
    whole = content
    if complaint:
        whole = closed(content)
        is_decoded, complaint = _tried(whole, colours, least, into)
        check_pixels_are_there(whole, complaint)
        if complaint:
            is_decoded, _ = _tried(whole, colours, least, into, is_strict=False)
    if is_decoded and is_progressive:
        check_scans_are_there(content)
    return whole if is_decoded else None


def _tried(
    content: bytes, colours: str, least: tuple[int, int], into: Pixels | None, *, is_strict: bool = True
) -> tuple[bool, str]:
    """Decode pixels, and return whether that worked, and what libjpeg-turbo has against them.

    least  width and height that the decoder may scale the picture down to; _WHOLE: it may not
    into   memory for the pixels; None if they are not needed
    """
    width, height = least
    try:
        simplejpeg.decode_jpeg(
            content, colours, min_width=width, min_height=height, buffer=into, strict=is_strict
        )
    except ValueError as complaint:
        return False, str(complaint) or "unknown"
    return True, ""
