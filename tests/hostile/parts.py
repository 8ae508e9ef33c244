"""Build parts of image files, so that tests can assemble what no encoder would write."""

import struct
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from PIL import Image

PNG_START = b"\x89PNG\r\n\x1a\n"


def saved(image: Image.Image, format_name: str, **options: Any) -> bytes:
    """Encode a Pillow image."""
    out = BytesIO()
    image.save(out, format_name, **options)
    return out.getvalue()


def png_part(name: bytes, content: bytes = b"") -> bytes:
    """One chunk of a PNG, with its checksum."""
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def png(width: int, height: int, *, depth: int = 8, colour: int = 2, before: bytes = b"") -> bytes:
    """A PNG of zeros of any size, compressed as far as zlib can; `before` is inserted before its pixels."""
    bits = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] * depth * width
    packer, row = zlib.compressobj(9), bytes(1 + (bits + 7) // 8)
    rows = max(1, (1 << 20) // len(row))
    packed = [packer.compress(row * min(rows, height - top)) for top in range(0, height, rows)]
    packed.append(packer.flush())
    size = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    palette = png_part(b"PLTE", bytes(768)) if colour == 3 else b""
    return b"".join(
        [PNG_START, png_part(b"IHDR", size), palette, before, png_part(b"IDAT", b"".join(packed))]
    ) + png_part(b"IEND")


def png_header(width: int, height: int) -> bytes:
    """A PNG that says its size and has hardly a pixel behind it."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG_START + png_part(b"IHDR", size) + png_part(b"IDAT", zlib.compress(bytes(100)))


def jpeg_part(marker: int, content: bytes) -> bytes:
    """One segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def into_jpeg(jpeg: bytes, *parts: bytes) -> bytes:
    """Put segments behind the start of a JPEG."""
    return jpeg[:2] + b"".join(parts) + jpeg[2:]


def exif_parts(block: bytes) -> list[bytes]:
    """EXIF of any length, in as many segments as it takes."""
    return [
        jpeg_part(0xE1, b"Exif\0\0" + block[start : start + 65_000]) for start in range(0, len(block), 65_000)
    ]


def tiff(tags: Iterable[tuple[int, int, int, int]], behind: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory. tags: number, type, count, value or offset."""
    rows = sorted(tags)
    table = b"".join(struct.pack("<HHLL", *row) for row in rows)
    return b"II*\0" + struct.pack("<LH", 8, len(rows)) + table + bytes(4) + behind


def grey_tiff(width: int, height: int, **changed: tuple[int, int, int]) -> bytes:
    """An uncompressed grey TIFF; `changed` replaces tags by type, count, value: t273=(4, 1, 0)."""
    tags = {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, 1, 8),
        259: (3, 1, 1),
        262: (3, 1, 1),
        273: (4, 1, 200),
        277: (3, 1, 1),
        278: (4, 1, height),
        279: (4, 1, width * height % 2**32),
    } | {int(name[1:]): value for name, value in changed.items()}
    whole = tiff((number, *value) for number, value in tags.items())
    return whole.ljust(200, b"\0") + bytes(1000)


def gif_blocks(content: bytes) -> bytes:
    """Data of a GIF, cut into blocks of up to 255 bytes."""
    blocks = [content[start : start + 255] for start in range(0, len(content), 255)]
    return b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def gif(width: int, height: int, before: bytes = b"", frames: int = 1) -> bytes:
    """A GIF whose frames are one pixel each, on a screen of any size."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02" + gif_blocks(b"\x44\x01")
    return head + before + frame * frames + b";"
