"""Read the EXIF orientation of a file.

Read here, not by Pillow, see imaging.tags.
"""

import re
from typing import Final

from PIL import Image

from coralchunk.imaging.metadata.exif import exif_block
from coralchunk.imaging.metadata.tags import TagError, exif_directory

UPRIGHT: Final = 1
SIDEWAYS: Final = frozenset({5, 6, 7, 8})  # orientations that swap width and height
_ORIENTATION: Final = 0x0112  # EXIF 2.32, a SHORT
_SHORT: Final = 3
_XMP: Final = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")


def orientation(image: Image.Image) -> int:
    """Return the orientation in the header: 1 to 8, and 1 if there is no valid value.

    image  as opened, not decoded; not a TIFF, which Pillow turns by itself
    """
    stated = _from_exif(exif_block(image))
    if stated is None:
        stated = _from_xmp(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b"")
    return stated if stated is not None and 1 <= stated <= 8 else UPRIGHT


def _from_exif(block: bytes) -> int | None:
    directory = exif_directory(block)
    entry = directory.entries.get(_ORIENTATION) if directory else None
    if directory is None or entry is None or (entry.kind, entry.count) != (_SHORT, 1):
        return None
    try:
        return directory.number(_ORIENTATION)
    except TagError:
        return None


def _from_xmp(block: object) -> int | None:
    if isinstance(block, str):
        block = block.encode(errors="replace")
    found = _XMP.search(block) if isinstance(block, bytes) else None
    return int(found[1]) if found else None
