"""Take a decoded photo apart into one array and a few facts, and put it together again."""

from dataclasses import dataclass

from coralchunk.arrays import Pixels
from coralchunk.imaging.halved import ClassifiedPhoto, HalvedPhoto
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.raster import ArrayRaster
from coralchunk.terms import Size


@dataclass(frozen=True, slots=True)
class PlainPhoto:
    """A photo without empty parts that is one array."""

    pixels: Pixels  # (H, W, 3) uint8, RGB, as stored
    orientation: int  # EXIF
    notes: tuple[str, ...]
    halved_from: Size | None  # the size of the upright photo, if these are the pixels of half its size


def taken_apart(photo: ClassifiedPhoto) -> PlainPhoto | None:
    """Return the array of a photo, not a copy; None if it has empty parts or is not one array."""
    held, size = (photo.half, photo.size) if isinstance(photo, HalvedPhoto) else (photo, None)
    pixels = held.array
    return None if pixels is None else PlainPhoto(pixels, held.orientation, held.notes, size)


def put_together(plain: PlainPhoto) -> ClassifiedPhoto:
    """Return the photo that was taken apart."""
    photo = Photo(ArrayRaster(plain.pixels), plain.orientation, notes=plain.notes)
    return photo if plain.halved_from is None else HalvedPhoto(photo, plain.halved_from)
