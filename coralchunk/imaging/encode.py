"""Encode pictures as PNG, and small copies as JPEG or WebP."""

import math
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import chain
from typing import Final

import numpy as np
import simplejpeg  # type: ignore[import-untyped]
from isal import isal_zlib
from numpy.typing import NDArray
from PIL import Image

from coralchunk.arrays import Pixels
from coralchunk.imaging.pixels.filling import Empty

Colour = tuple[int, int, int]  # RGB

_WEBP_QUALITY: Final = 70  # a reef with its marks at 640 px is 60 kB
_JPEG_QUALITY: Final = 65  # and this is 80 kB
_COLOURS: Final = 256
_SAMPLE_PX: Final = 40_000
_STRIPE_ROWS: Final = 128
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_PALETTE: Final = bytes((8, 3, 0, 0, 0))  # bit depth, colour type, and the only methods there are


def png(picture: Pixels, empty: Empty | None = None, exact: Sequence[Colour] = ()) -> bytes:
    """Encode a picture with an adaptive palette of 256 colours, without any metadata.

    For a reef photo of 2048 px that is 1.2 MB in a tenth of the time that true colour takes for 4.5 MB; the
    colours differ by 2 of 255 on average, visible only as faint steps in water. The file is put together here
    (PNG, third edition, W3C 2025), because Pillow cannot use ISA-L, whose deflate takes 13 ms where zlib's
    fastest takes 50 for the same bytes.

    picture  (H, W, 3) uint8, RGB
    empty    where it is transparent
    exact    colours that are kept exactly, however few pixels have them
    """
    colours = _COLOURS if empty is None else _COLOURS - 1
    palette, clear = _palette(picture, colours - len(exact)) + bytes(chain(*exact)), b""
    content = _compressed(picture, empty, palette)
    if empty is not None:
        palette, clear = palette + bytes(3), _chunk(b"tRNS", b"\xff" * (len(palette) // 3) + b"\0")
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">II", picture.shape[1], picture.shape[0]) + _EIGHT_BIT_PALETTE),
            _chunk(b"PLTE", palette),
            clear,
            _chunk(b"IDAT", content),
            _chunk(b"IEND", b""),
        )
    )


def _compressed(picture: Pixels, empty: Empty | None, palette: bytes) -> bytes:
    """Compress the rows of a PNG. One thread looks colours up while the other compresses what is ready.

    empty  where the colour after those of the palette stands
    """
    holder = Image.new("P", (1, 1))
    holder.putpalette(palette)

    def rows(start: int) -> NDArray[np.uint8]:
        stripe = slice(start, start + _STRIPE_ROWS)
        few = Image.fromarray(picture[stripe]).quantize(palette=holder, dither=Image.Dither.NONE)
        if empty is not None:
            few.paste(len(palette) // 3, (0, 0, *few.size), Image.fromarray(empty[stripe]))
        # Each row begins with its filter: none, as neighbours in a palette say nothing about each other.
        found = np.zeros((few.height, 1 + few.width), dtype=np.uint8)
        found[:, 1:] = np.asarray(few)
        return found

    deflate = isal_zlib.compressobj(1)
    with ThreadPoolExecutor(max_workers=1) as thread:
        ready = thread.map(rows, range(0, picture.shape[0], _STRIPE_ROWS))
        return b"".join([*map(deflate.compress, ready), deflate.flush()])


def jpeg(picture: Pixels) -> bytes:
    """Encode a small copy of a picture, with losses and without any metadata: 1.4 ms for 640 px.

    Each pixel keeps its own colour (4:4:4): frames are two pixels wide, and one colour for four pixels, as in
    a WebP, turns orange to brown and yellow to white.

    picture  (H, W, 3) uint8, RGB
    """
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(picture), _JPEG_QUALITY, "RGB", "444"))


def webp(picture: Pixels, empty: Empty | None = None) -> bytes:
    """Encode a small copy of a picture, with losses and without any metadata.

    picture  (H, W, 3) uint8, RGB
    empty    where it is transparent
    """
    image = Image.fromarray(picture)
    if empty is not None:
        image.putalpha(Image.fromarray(np.where(empty, 0, 255).astype(np.uint8)))
    file = BytesIO()
    # Method 0 of 6: a tenth more bytes than the default 4, in 15 ms instead of 39 for 640 px.
    image.save(file, "WEBP", quality=_WEBP_QUALITY, method=0)
    return file.getvalue()


def _palette(picture: Pixels, colours: int) -> bytes:
    """Choose colours by a sample of the pixels.

    More pixels choose no better colours: with 150,000, the mean and the 99.9th percentile of the differences
    are the same, for 2 ms more; with all, 99.9 % of the pixels are within 18 levels instead of 11.
    """
    step = max(1, math.isqrt(picture.shape[0] * picture.shape[1] // _SAMPLE_PX))
    sample = Image.fromarray(np.ascontiguousarray(picture[::step, ::step]))
    # An octree is the one method here that neither dithers (which compresses badly) nor takes seconds.
    few = sample.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    used = int(np.asarray(few).max()) + 1
    return bytes(few.getpalette() or ())[: 3 * used]


def exact_png(picture: Pixels) -> bytes:
    """Encode a picture without losses and without any metadata.

    picture  (H, W, 3) uint8, RGB
    """
    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = isal_zlib.crc32(content, isal_zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", check)))
