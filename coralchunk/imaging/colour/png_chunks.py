"""Read the colour information in the chunks of a PNG that Pillow does not read.

Pillow does not know cICP, and refuses a photo whose profile is larger than its limit for text.
"""

import zlib
from dataclasses import dataclass, replace
from typing import Final

from coralchunk.imaging.colour.code_points import CodePoints
from coralchunk.imaging.metadata.sources import Seekable

MAX_PROFILE_BYTES: Final = 16_000_000  # the largest that are published, for CMYK printing, have 9 MB
_PILLOW_BYTES: Final = 1_000_000  # PIL.PngImagePlugin.MAX_TEXT_CHUNK, less something
_START: Final = 8
_MAX_CHUNKS: Final = 1000


@dataclass(frozen=True, slots=True)
class PngColours:
    """The chunks before the pixels."""

    depth: int = 8  # bits a channel
    cicp: CodePoints | None = None
    profile: bytes | None = None  # ICC
    is_unreadable: bool = False  # there is a profile, but none that can be used
    hidden: tuple[int, int] | None = None  # first byte and end of the profile, if Pillow must not see it


def png_colours(stream: Seekable) -> PngColours:
    """Read the chunks of a PNG up to its pixels. The file's position is moved."""
    stream.seek(0)
    found = PngColours(depth=16 if stream.read(25)[24:] == b"\x10" else 8)
    place = _START
    for _ in range(_MAX_CHUNKS):
        stream.seek(place)
        head = stream.read(8)
        if len(head) < 8 or head[4:] in {b"IDAT", b"IEND"}:
            break
        length = int.from_bytes(head[:4], "big")
        if head[4:] == b"cICP" and length == 4:
            found = replace(found, cicp=CodePoints.unpack(stream.read(4)))
        if head[4:] == b"iCCP":
            content = stream.read(length) if length <= MAX_PROFILE_BYTES else b""
            profile = _inflated(content)
            is_for_pillow = profile is not None and len(profile) < _PILLOW_BYTES
            hidden = None if is_for_pillow else (place, place + 12 + length)
            found = replace(found, profile=profile, is_unreadable=profile is None, hidden=hidden)
        place += 12 + length
    return found


def _inflated(content: bytes) -> bytes | None:
    """Return the profile of an iCCP chunk: a name, a zero, the method, and the profile deflated."""
    name, _, packed = content.partition(b"\0")
    if not name or not packed.startswith(b"\0"):
        return None
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(packed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if inflater.eof else None
