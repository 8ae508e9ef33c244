"""Refuse files whose header says that decoding would need more time or memory than a photo does."""

from typing import Final

from PIL import Image

from coralchunk.errors import BrokenImage, TooLong
from coralchunk.imaging.metered import Metered
from coralchunk.imaging.tags import Directory, File, TagError, directory_at, layout_of

MAX_SIDE_PX: Final = 65_535  # as long as a JPEG can be
_MAX_SCANS: Final = 100  # encoders that try hard make about 60
_MAX_TAG_VALUES: Final = 200_000  # strips of a photo of the greatest height, in three planes
_NUMBERS: Final = frozenset({3, 4, 5, 8, 9, 10, 11, 12, 13, 16, 17, 18})  # types that become Python numbers


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


def first_page(stream: Metered, head: bytes) -> Directory | None:
    """Return the tags of a TIFF's first picture; None if it has none that can be read.

    Raises BrokenImage for a tag that Pillow would make hundreds of megabytes of.
    """
    layout = layout_of(head)
    if layout is None:
        return None
    try:
        page = directory_at(File(stream), layout, layout.first)
    except TagError as damage:
        raise BrokenImage("TIFF", str(damage)) from damage
    check_values(page)
    stream.seek(0)
    return page


def check_values(page: Directory) -> None:
    """Refuse tags that Pillow would make hundreds of megabytes of. Raises BrokenImage."""
    for tag, entry in page.entries.items():
        if entry.kind in _NUMBERS and entry.count > _MAX_TAG_VALUES:
            raise BrokenImage("TIFF", f"its tag {tag} has {entry.count} values")
