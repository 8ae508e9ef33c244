"""Open an uploaded image without decoding a pixel, or refuse it in words."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Final, cast

from PIL import Image, UnidentifiedImageError

from coralchunk.errors import CoralchunkError
from coralchunk.errors.images import BrokenImage, FormatNotAccepted, NotAnImage
from coralchunk.errors.photos import RawPhoto, UnsupportedPixels
from coralchunk.imaging.colour.png_chunks import PngColours, png_colours
from coralchunk.imaging.files.bounds import check_pixels, check_scans, check_sides
from coralchunk.imaging.files.formats import PLUGINS, SENTENCE, claimed_format
from coralchunk.imaging.files.metered import Metered
from coralchunk.imaging.files.raw import raw_start, raw_tags
from coralchunk.imaging.files.tiff import Pages, pixel_layout, read_pages
from coralchunk.imaging.metadata.tags import Directory

_HEAD_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose header was read and found acceptable."""

    image: Image.Image
    metered: Metered
    png: PngColours | None
    pages: Pages | None  # of a TIFF

    @property
    def page(self) -> Directory | None:
        """The tags of the photo in a TIFF."""
        return None if self.pages is None else self.pages.photo


@contextmanager
def open_image(stream: IO[bytes], max_pixels: int) -> Iterator[Opened]:
    """Open an image; what goes wrong while it is open becomes a refusal too.

    stream      a seekable binary file; its position is moved
    max_pixels  for JPEG and PNG; formats that take more memory to decode may have fewer

    Raises Unreadable.
    """
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    found = ""
    pages = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            metered, png, pages = _prepared(stream, head)
            # It has what Pillow uses of a file, if not all that a file has.
            with Image.open(cast(Any, metered), formats=PLUGINS) as image:
                found = image.format or "image"
                check_sides(image)
                check_pixels(image, max_pixels)
                check_scans(image, metered)
                yield Opened(image, metered, png, pages)
    except CoralchunkError:
        raise
    # Pillow's plugins raise a dozen unrelated types on hostile bytes (SyntaxError, struct.error, ...):
    # this is the border where all of them become one answer.
    except Exception as damage:
        raise _refusal(head, found, pages, damage) from damage


def _prepared(stream: IO[bytes], head: bytes) -> tuple[Metered, PngColours | None, Pages | None]:
    """Read what Pillow does not, and return the file as Pillow may see it. Raises RawPhoto, BrokenImage."""
    raw = raw_start(head)
    if raw is not None:
        raise RawPhoto(raw)
    metered = Metered(stream)
    claimed = claimed_format(head)
    if claimed == "TIFF":
        pages = read_pages(metered, head)
        raw = None if pages is None else raw_tags(pages.every)
        if raw is not None:
            raise RawPhoto(raw)
        return Metered(stream, [] if pages is None else [(0, pages.header)]), None, pages
    # Anywhere else EXIF is about the photo, not of it: many a phone writes rubbish there.
    warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")
    if claimed == "PNG":
        png = png_colours(metered)
        return _without(metered, png.hidden), png, None
    return metered, None, None


def _without(metered: Metered, hidden: tuple[int, int] | None) -> Metered:
    """Return a file without some of its bytes, at its beginning; the same file if none are to be hidden."""
    metered.seek(0)
    if hidden is None:
        return metered
    content = metered.read()
    return Metered(BytesIO(content[: hidden[0]] + content[hidden[1] :]))


def _refusal(head: bytes, found: str, pages: Pages | None, damage: Exception) -> CoralchunkError:
    if not head:
        return NotAnImage(b"", SENTENCE)
    claimed = found or claimed_format(head)
    if claimed is None:
        return NotAnImage(head[:12], SENTENCE)
    if not found and claimed not in PLUGINS:
        return FormatNotAccepted(claimed, SENTENCE)
    if isinstance(damage, UnidentifiedImageError):  # its words are about a Python object
        layout = None if pages is None else pixel_layout(pages.photo, pages.size)
        if layout is not None:
            return UnsupportedPixels(claimed, layout)
        return BrokenImage(claimed, "it cannot be read beyond its first bytes")
    return BrokenImage(claimed, str(damage) or type(damage).__name__)
