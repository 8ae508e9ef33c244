"""Refuse files whose header says that decoding would need more time or memory than a photo does."""

from typing import Final

from PIL import Image

from coralchunk.errors.images import BrokenImage, TooLong, TooManyPixels
from coralchunk.imaging.files.metered import Metered
from coralchunk.terms import Size

MAX_SIDE_PX: Final = 65_535  # as long as a JPEG can be
# Memory that a decoder takes for a pixel, its own buffers included; a format that needs more may have fewer
# pixels. Pillow keeps 4 bytes, and one more where a photo may be empty; libwebp, libtiff and libheif hold a
# second copy, and a progressive JPEG keeps all of its coefficients until the last scan.
_FRUGAL: Final = frozenset({"JPEG", "MPO", "PNG"})
_FRUGAL_BYTES: Final = 4
_MASKED_BYTES: Final = 5
_LAVISH_BYTES: Final = 8
_PROGRESSIVE_BYTES: Final = 10
_MAX_SCANS: Final = 100  # encoders that try hard make about 60


def check_sides(image: Image.Image) -> None:
    """Refuse a photo without pixels, or one longer than any photo is. Raises TooLong or BrokenImage."""
    if image.width < 1 or image.height < 1:
        raise BrokenImage(image.format or "image", f"its header says {image.width} x {image.height} pixels")
    if max(image.size) > MAX_SIDE_PX:
        raise TooLong(image.width, image.height, MAX_SIDE_PX)


def check_scans(image: Image.Image, stream: Metered) -> None:
    """Refuse a progressive JPEG that draws the photo over and over. Raises BrokenImage."""
    if "progressive" not in image.info:
        return
    place, scans, last = stream.tell(), 1, b""
    while block := stream.read(1 << 20):
        seen = last + block
        # In compressed pixels 0xFF is never followed by these, so each is what it looks like.
        end = seen.find(b"\xff\xd9")
        scans += seen.count(b"\xff\xda", 0, end if end >= 0 else len(seen))
        if scans > _MAX_SCANS:
            raise BrokenImage("JPEG", f"it draws the photo more than {_MAX_SCANS} times")
        if end >= 0:
            break
        last = seen[-1:]
    stream.seek(place)


def check_pixels(image: Image.Image, max_pixels: int) -> None:
    """Refuse a photo that takes more memory to decode than a JPEG of `max_pixels`. Raises TooManyPixels."""
    bytes_per_pixel, kind = _decoding(image)
    most = max_pixels * _FRUGAL_BYTES // bytes_per_pixel
    if image.width * image.height > most:
        raise TooManyPixels(Size(image.width, image.height), kind, most, max_pixels)


def _decoding(image: Image.Image) -> tuple[int, str]:
    """Return the size of a pixel, and the kind of file as text."""
    kind = image.format or "image"
    if image.info.get("progressive"):
        return _PROGRESSIVE_BYTES, "progressive JPEG"
    if image.mode == "CMYK":  # its pixels are converted into a second copy
        return _LAVISH_BYTES, f"CMYK {kind}"
    if kind in _FRUGAL:
        has_mask = "A" in image.getbands() or "transparency" in image.info
        return (_MASKED_BYTES, f"{kind} with transparency") if has_mask else (_FRUGAL_BYTES, kind)
    return _LAVISH_BYTES, kind
