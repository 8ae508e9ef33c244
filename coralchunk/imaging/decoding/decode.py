"""Decode an uploaded image safely: to managed, upright RGB pixels, or a clear refusal."""

from dataclasses import dataclass
from typing import IO, Final

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from coralchunk.arrays import Pixels
from coralchunk.imaging.colour.colour import Conversion, Conversions, UnreadableProfile, fits, managed
from coralchunk.imaging.colour.stated_colours import StatedColours, stated_colours
from coralchunk.imaging.decoding.emptiness import emptiness
from coralchunk.imaging.decoding.header import held_orientation
from coralchunk.imaging.decoding.jpeg import Room, jpeg_pixels, mended_jpeg, own_room
from coralchunk.imaging.decoding.padding import may_be_padded, padding
from coralchunk.imaging.files.opening import Opened, open_image
from coralchunk.imaging.halved import HalvedPhoto
from coralchunk.imaging.metadata.orientation import SIDEWAYS, UPRIGHT
from coralchunk.imaging.metadata.tags import Directory
from coralchunk.imaging.photo import UNREADABLE_PROFILE, Photo
from coralchunk.imaging.pixels.deep import eight_bit
from coralchunk.imaging.pixels.raster import ArrayRaster, PillowRaster, Raster
from coralchunk.terms import Size

_ORIENTATION: Final = 0x0112


def open_photo(
    stream: IO[bytes], max_pixels: int, conversions: Conversions | None = None, room: Room = own_room
) -> Photo:
    """Decode a photo the way the diver held the camera (EXIF orientation applied), in the colours of sRGB.

    The first frame of an animation; 16-bit grey keeps its upper 8 bits; CMYK and palettes become RGB.

    stream       a seekable binary file; its position is moved
    max_pixels   for JPEG and PNG; formats that take more memory to decode may have fewer
    conversions  kept from photo to photo
    room         gives the memory that the pixels of a JPEG are decoded into

    Raises what read_header raises, before a pixel is decoded, or BrokenImage.
    """
    with open_image(stream, max_pixels) as opened:
        return _decoded(opened, _pixel_facts(opened, conversions or Conversions()), room)


def open_halved(
    stream: IO[bytes], max_pixels: int, conversions: Conversions | None = None, room: Room = own_room
) -> Photo | HalvedPhoto:
    """Decode a JPEG like open_photo, but at half its size; other formats, and JPEGs with padding, in full."""
    with open_image(stream, max_pixels) as opened:
        facts = _pixel_facts(opened, conversions or Conversions())
        raster = _jpeg(opened, facts, room, is_halved=True)
        if raster is None or may_be_padded(raster):
            return _decoded(opened, facts, room)
        width, height = opened.image.size
        size = Size(height, width) if facts.held in SIDEWAYS else Size(width, height)
        return HalvedPhoto(Photo(raster, facts.held, notes=facts.notes), size)


@dataclass(frozen=True, slots=True)
class _PixelFacts:
    """What a file says about its pixels; read before they are loaded."""

    held: int  # EXIF orientation of the pixels
    applied: int  # EXIF orientation that the decoder applies
    conversion: Conversion | None
    notes: tuple[str, ...]


def _pixel_facts(opened: Opened, conversions: Conversions) -> _PixelFacts:
    image, page = opened.image, opened.page
    held, applied = held_orientation(image), _applied(image, page)
    stated = stated_colours(image, opened.png, page)
    return _PixelFacts(held, applied, *_conversion(stated, image.mode, conversions))


def _decoded(opened: Opened, facts: _PixelFacts, room: Room) -> Photo:
    raster: Raster | None = _jpeg(opened, facts, room, is_halved=False)
    if raster is not None:
        return Photo(raster, facts.held, notes=facts.notes, empty=padding(raster))
    image = mended_jpeg(opened.image, opened.metered)
    image.load()
    empty = emptiness(opened)
    shallow = eight_bit(image, empty)
    raster = PillowRaster(shallow) if facts.conversion is None else managed(shallow, facts.conversion)
    return Photo(raster, facts.held, facts.applied, facts.notes, padding(raster) if empty is None else empty)


def _jpeg(opened: Opened, facts: _PixelFacts, room: Room, *, is_halved: bool) -> ArrayRaster | None:
    opened.metered.allow_pixels()
    pixels = jpeg_pixels(opened.image, opened.metered, is_halved=is_halved, room=room)
    if pixels is None:
        return None
    if facts.conversion is not None:
        facts.conversion.rows(pixels)
    return ArrayRaster(pixels)


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


def decode(stream: IO[bytes], max_pixels: int) -> Pixels:
    """Decode a photo as one array, (H, W, 3) uint8, RGB, upright; see open_photo."""
    return open_photo(stream, max_pixels).pixels()


def _applied(image: Image.Image, page: Directory | None) -> int:
    """Return the orientation that Pillow applies to the pixels while it loads them."""
    return page.number(_ORIENTATION, UPRIGHT) if page and isinstance(image, TiffImageFile) else UPRIGHT
