"""What a file says of how the camera was held -> the EXIF orientation.

Read here, not by Pillow: its reader takes every tag of the block into memory, and a block of 64 kB can name
the same 64 kB five thousand times.
"""

import re
import struct
from typing import Final

from PIL import Image

UPRIGHT: Final = 1
_ORIENTATION: Final = 0x0112  # EXIF 2.32, a SHORT
_SHORT: Final = 3
_MAX_TAGS: Final = 1000
_XMP: Final = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")
_RAW_PROFILE: Final = "Raw profile type exif"  # how ImageMagick keeps EXIF in a PNG, in hexadecimal


def orientation(image: Image.Image) -> int:
    """Return the orientation that stands before the pixels: 1 to 8, and 1 where nothing sensible is said.

    image  as opened, not decoded; no TIFF, whose size and pixels Pillow turns by itself
    """
    told = _from_exif(_exif_of(image))
    if told is None:
        told = _from_xmp(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b"")
    return told if told is not None and 1 <= told <= 8 else UPRIGHT


def _exif_of(image: Image.Image) -> bytes:
    exif = image.info.get("exif")
    if isinstance(exif, bytes):
        return exif.removeprefix(b"Exif\0\0")
    raw = image.info.get(_RAW_PROFILE)
    if isinstance(raw, str):
        try:
            return bytes.fromhex("".join(raw.split("\n")[3:])).removeprefix(b"Exif\0\0")
        except ValueError:
            return b""
    return b""


def _from_exif(block: bytes) -> int | None:
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(f"{order}L", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, start)
        for place in range(start + 2, start + 2 + 12 * min(count, _MAX_TAGS), 12):
            tag, kind, values = struct.unpack_from(f"{order}HHL", block, place)
            if (tag, kind, values) == (_ORIENTATION, _SHORT, 1):
                return int(struct.unpack_from(f"{order}H", block, place + 8)[0])
    except struct.error:  # it ends too early
        return None
    return None


def _from_xmp(block: object) -> int | None:
    if isinstance(block, str):
        block = block.encode(errors="replace")
    found = _XMP.search(block) if isinstance(block, bytes) else None
    return int(found[1]) if found else None
