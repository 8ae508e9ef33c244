"""Read what the header of an uploaded image says, before a pixel is decoded; loads no decoder of pixels."""

from dataclasses import dataclass
from typing import IO

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from coralchunk.imaging.files.opening import open_image
from coralchunk.imaging.metadata.orientation import SIDEWAYS, UPRIGHT, orientation
from coralchunk.terms import Size


@dataclass(frozen=True, slots=True)
class Header:
    """What the header of a file says, before a pixel is decoded."""

    format_name: str
    size: Size  # upright


def read_header(stream: IO[bytes], max_pixels: int) -> Header:
    """Recognise a photo and its upright size from its first bytes.

    stream      a seekable binary file; its position is moved

    Raises NotAnImage, FormatNotAccepted, BrokenImage, TooLong or TooManyPixels.
    """
    with open_image(stream, max_pixels) as opened:
        width, height = opened.image.size
        if held_orientation(opened.image) in SIDEWAYS:
            width, height = height, width
        return Header(opened.image.format or "", Size(width, height))


def held_orientation(image: Image.Image) -> int:
    """Return the EXIF orientation of the pixels as they are in an opened file."""
    # Pillow turns a TIFF itself: its size at once, its pixels while it loads them.
    return UPRIGHT if isinstance(image, TiffImageFile) else orientation(image)
