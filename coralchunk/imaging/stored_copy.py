"""Create the stored copy of an uploaded image: upright, without metadata, no larger than is useful."""

from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.decoding.header import read_header
from coralchunk.imaging.photo import Photo
from coralchunk.terms import Size

KEPT_PX: Final = 1024  # longer side up to which an image is never scaled
_LOSSY: Final = frozenset({"JPEG", "MPO", "WEBP", "HEIF", "AVIF"})
_QUALITY: Final = 95
_THUMBNAIL_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """An image as it is kept."""

    content: bytes
    extension: str
    size: Size
    thumbnail: bytes  # JPEG, at most 256 px a side


def stored_copy(upload: bytes, max_pixels: int, *, keep_size: bool = False) -> StoredCopy:
    """Decode an upload and encode it again: as JPEG if its format is lossy, else as PNG.

    upload     a file of any accepted format
    keep_size  do not scale it; otherwise its longer side becomes KEPT_PX if it is longer

    Raises what imaging.open_photo raises.
    """
    photo = open_photo(BytesIO(upload), max_pixels)
    is_lossy = read_header(BytesIO(upload), max_pixels).format_name in _LOSSY
    size = photo.size if keep_size else kept_size(photo.size)
    pixels = photo.pixels() if size == photo.size else photo.shrunk(size)
    content = _jpeg(pixels, _QUALITY) if is_lossy else _png(pixels)
    return StoredCopy(content, "jpg" if is_lossy else "png", size, _thumbnail(photo))


def kept_size(size: Size) -> Size:
    """Return the size of the copy that is kept of an image."""
    longer = max(size.width, size.height)
    if longer <= KEPT_PX:
        return size
    return Size(max(1, round(size.width * KEPT_PX / longer)), max(1, round(size.height * KEPT_PX / longer)))


def _thumbnail(photo: Photo) -> bytes:
    return _jpeg(photo.small, _THUMBNAIL_QUALITY)


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    file = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=quality, subsampling=0)
    return file.getvalue()


def _png(pixels: Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG", compress_level=3)
    return file.getvalue()
