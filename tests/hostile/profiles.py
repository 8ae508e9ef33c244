"""Generate ICC profiles and EXIF blocks that attack the program that reads them."""

import struct

from tests.hostile.parts import jpeg_part
from tests.imaging.colours import P3, packed_profile, profile

_SEGMENT = 65_519


def profile_parts(content: bytes) -> list[bytes]:
    """An ICC profile in as many segments of a JPEG as it takes."""
    pieces = [content[start : start + _SEGMENT] for start in range(0, len(content), _SEGMENT)]
    return [
        jpeg_part(0xE2, b"ICC_PROFILE\0" + bytes((number, len(pieces))) + piece)
        for number, piece in enumerate(pieces, start=1)
    ]


def large_profile(size: int) -> bytes:
    """A profile that can be used, with a tag of many zeros in it."""
    whole = profile(P3)
    return whole + bytes(size - len(whole))


def table_profile(inputs: int, grid: int) -> bytes:
    """A profile whose table claims grid ** inputs entries and has none."""
    table = b"mft2" + struct.pack(">LBBBB", 0, inputs, 3, grid, 0)
    table += b"".join(struct.pack(">l", 65536 if turn % 4 == 0 else 0) for turn in range(9))
    table += struct.pack(">HH", 4096, 4096) + bytes(2 * 4096 * (inputs + 3))
    return packed_profile(b"RGB ", {b"A2B0": table, b"A2B1": table}, connection=b"Lab ")


def new_table_profile(grid: int) -> bytes:
    """The same in the newer layout: grid points per channel, 16 of them declared, 3 used."""
    points = bytes([grid] * 16)
    table = b"mAB " + struct.pack(">LBBH5L", 0, 3, 3, 0, 32, 32, 32, 32, 32) + points + bytes((2, 0, 0, 0))
    return packed_profile(b"RGB ", {b"A2B0": table, b"A2B1": table}, connection=b"Lab ")


def long_curve() -> bytes:
    """A profile whose curves claim four thousand million entries."""
    curve = b"curv" + struct.pack(">LL", 0, 2**32 - 1) + bytes(100)
    return packed_profile(b"RGB ", dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def many_tags(count: int) -> bytes:
    """A profile whose tags all lie at the same place and are as long as it is."""
    rows = b"".join(struct.pack(">4sLL", f"t{row:03x}"[:4].encode(), 128, 12 * count) for row in range(count))
    whole = profile(P3)[:128] + struct.pack(">L", count) + rows
    return struct.pack(">L", len(whole)) + whole[4:]


def elements(count: int) -> bytes:
    """A profile of multi-process elements that all point at themselves."""
    table = b"mpet" + struct.pack(">LHHL", 0, 3, 3, count) + struct.pack(">LL", 0, 16) * count
    return packed_profile(b"RGB ", {b"D2B0": table, b"D2B1": table})


def exif_circle() -> bytes:
    """An EXIF block whose directories point at each other."""
    rows = [(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0xA005, 4, 1, 8), (0x014A, 4, 100_000, 8)]
    table = b"".join(struct.pack("<HHLL", *row) for row in sorted(rows))
    return b"II*\0" + struct.pack("<LH", 8, len(rows)) + table + struct.pack("<L", 8)


def exif_counts() -> bytes:
    """An EXIF block whose tags of colours claim to have millions of values."""
    inner = b"".join(struct.pack("<HHLL", tag, 3, 2**31, 8) for tag in (0xA001, 0xA005, 0xA500))
    first = b"".join(
        struct.pack("<HHLL", tag, kind, count, place)
        for tag, kind, count, place in (
            (301, 3, 2**31, 8),
            (318, 5, 2**31, 8),
            (319, 5, 2**31, 8),
            (0x8769, 4, 1, 62),
        )
    )
    return b"II*\0" + struct.pack("<LH", 8, 4) + first + bytes(4) + struct.pack("<H", 3) + inner + bytes(4)
