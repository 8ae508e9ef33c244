"""Tell a JPEG that lacks only its end from one whose pixels were cut off.

A missing end marker, or a phone's trailer where it belongs, takes no pixel away. A file that was cut off in
its pixel data may be closed by an end marker or padded, and decoders make grey or noise of what is missing.
Only a trailer that is longer than the missing data can pass for them. ITU-T T.81.
"""

import re
from dataclasses import dataclass
from typing import Final

from coralchunk.errors.images import BrokenImage

END: Final = b"\xff\xd9"
_START_OF_SCAN, _END_OF_IMAGE, _RESTART_INTERVAL = 0xDA, 0xD9, 0xDD
_FRAMES: Final = frozenset({0xC0, 0xC1})  # of a photo that is drawn once
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in pixel data, what is no stuffing and no restart
_RESTARTS: Final = tuple(bytes((0xFF, number)) for number in range(0xD0, 0xD8))
_BETWEEN_SCANS: Final = frozenset({0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD, 0xFE})
_MISSING: Final = ("premature end of data segment", "bad Huffman code", "instead of RST")
_EXTRANEOUS: Final = re.compile(r"(\d+) extraneous bytes")
_PADDING: Final = 24  # equal bytes in a row; encoders pack pixels more densely
_BYTES_READ_AHEAD: Final = 4  # that a decoder may hold when its last pixel is done
_MAX_SEGMENTS: Final = 100_000
_COEFFICIENTS: Final = 64
_BLOCK_PX: Final = 8


@dataclass(frozen=True, slots=True)
class Scans:
    """Where the pixel data of a JPEG end, and whether they are complete."""

    end: int  # place behind the last byte that may belong to them
    is_closed: bool  # an end marker follows
    headers: tuple[bytes, ...]  # of each scan, without its length
    missing_restarts: int  # markers that should stand in the data and do not


def scans(content: bytes) -> Scans:
    """Walk the segments of a JPEG up to the end of its first picture."""
    place, headers, told = 2, list[bytes](), dict[int, bytes]()
    first = len(content)
    for _ in range(_MAX_SEGMENTS):
        marker = content[place + 1] if place + 4 <= len(content) and content[place] == 0xFF else _END_OF_IMAGE
        if marker == 0xFF:  # fill
            place += 1
            continue
        if marker == _END_OF_IMAGE or (headers and marker not in _BETWEEN_SCANS):
            break
        behind = place + 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        told[marker] = content[place + 4 : behind]
        if marker == _START_OF_SCAN:
            headers.append(told[marker])
            first = min(first, behind)
            found = _MARKER.search(content, behind)
            behind = len(content) if found is None else found.start()
        place = behind
    end = min(place, len(content))
    restarts = sum(content.count(marker, first, end) for marker in _RESTARTS)
    return Scans(end, content[end : end + 2] == END, tuple(headers), _missing_restarts(told, restarts))


def closed(content: bytes) -> bytes:
    """Return a JPEG with an end marker behind its pixel data, and nothing else there."""
    return content[: scans(content).end] + END


def check_pixels_are_there(content: bytes, complaint: str) -> None:
    """Refuse a JPEG whose pixels are not all there. Raises BrokenImage.

    content    a closed JPEG, see `closed`
    complaint  what libjpeg-turbo says of it; empty if nothing
    """
    if any(words in complaint for words in _MISSING) or scans(content).missing_restarts > 0:
        raise BrokenImage("JPEG", "its pixels end early, or some of them are spoilt")
    extraneous = _EXTRANEOUS.search(complaint)
    if extraneous is not None and _is_padded(content, len(content) - len(END) - int(extraneous[1])):
        raise BrokenImage("JPEG", "its pixels end early, and something else stands in their place")


def check_scans_are_there(content: bytes) -> None:
    """Refuse a progressive JPEG of which the last scans are missing. Raises BrokenImage."""
    headers = scans(content).headers
    component = headers[0][1:2] if headers else b""  # the first is brightness
    left_out = [99] * _COEFFICIENTS  # bits of each coefficient that no scan has brought yet
    for header in headers:
        components = header[1 : 1 + 2 * header[0] : 2]
        if component in components and len(header) >= 6:
            first, last, bits = header[-3:]
            for coefficient in range(first, min(last, _COEFFICIENTS - 1) + 1):
                left_out[coefficient] = bits & 15
    if any(left_out):
        raise BrokenImage("JPEG", "it is progressive, and its last scans are missing")


def _missing_restarts(told: dict[int, bytes], found: int) -> int:
    """Compare the restart markers with those that the size of the photo asks for."""
    interval = int.from_bytes(told.get(_RESTART_INTERVAL, b"")[:2], "big")
    frame = next((told[marker] for marker in _FRAMES if marker in told), b"")
    if not interval or len(frame) < 6 or len(frame) < 6 + 3 * frame[5]:
        return 0
    height, width = (int.from_bytes(frame[at : at + 2], "big") for at in (1, 3))
    sampling = [frame[at] for at in range(7, 6 + 3 * frame[5], 3)]
    # A photo of one component is drawn block by block, whatever its sampling.
    across, down = (
        (max(s >> 4 for s in sampling), max(s & 15 for s in sampling)) if len(sampling) > 1 else (1, 1)
    )
    units = -(-width // (_BLOCK_PX * max(1, across))) * -(-height // (_BLOCK_PX * max(1, down)))
    return -(-units // interval) - 1 - found


def _is_padded(content: bytes, end: int) -> bool:
    """Tell whether the pixel data run on into the same byte again and again."""
    inside = content[max(0, end - _PADDING - _BYTES_READ_AHEAD) : end - _BYTES_READ_AHEAD]
    outside = content[end : end + 1]
    return len(inside) == _PADDING and inside == outside * _PADDING
