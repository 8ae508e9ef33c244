"""What a file claims -> whether decoding it would take a time or a memory that no photo takes."""

import struct
from typing import Final

from PIL import Image

from coralchunk.errors import BrokenImage, TooLong
from coralchunk.imaging.metered import Metered

MAX_SIDE_PX: Final = 65_535  # as long as a JPEG can be
_MAX_SCANS: Final = 100  # encoders that try hard make about 60
_MAX_TAG_VALUES: Final = 200_000  # strips of a photo of the greatest height, in three planes
_MAX_TAGS: Final = 4096
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


def check_tags(stream: Metered) -> None:
    """Refuse a TIFF with a tag that Pillow would make hundreds of megabytes of. Raises BrokenImage."""
    head = stream.read(16)
    stream.seek(0)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 16:
        return
    version, start = struct.unpack_from(f"{order}HL", head, 2)
    is_big = version == 43
    if is_big:
        (start,) = struct.unpack_from(f"{order}Q", head, 8)
    count_form, tag_form = ("Q", "HHQ8x") if is_big else ("H", "HHL4x")
    stream.seek(min(start, 1 << 40))
    (tags,) = struct.unpack(f"{order}{count_form}", stream.read(struct.calcsize(f"={count_form}")))
    table = stream.read(min(tags, _MAX_TAGS) * struct.calcsize(f"={tag_form}"))
    stream.seek(0)
    if tags > _MAX_TAGS:
        raise BrokenImage("TIFF", f"it has {tags} tags")
    whole = len(table) - len(table) % struct.calcsize(f"={tag_form}")
    for tag, kind, values in struct.iter_unpack(f"{order}{tag_form}", table[:whole]):
        if kind in _NUMBERS and values > _MAX_TAG_VALUES:
            raise BrokenImage("TIFF", f"its tag {tag} has {values} values")
