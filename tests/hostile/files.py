"""Generate files that attack the program that opens them."""

import struct
import zlib
from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image

from tests.hostile.parts import (
    PNG_START,
    exif_parts,
    gif,
    gif_blocks,
    grey_tiff,
    into_jpeg,
    jpeg_part,
    png,
    png_header,
    png_part,
    saved,
    tiff,
)
from tests.hostile.profiles import (
    elements,
    exif_circle,
    exif_counts,
    large_profile,
    long_curve,
    many_tags,
    new_table_profile,
    profile_parts,
    table_profile,
)
from tests.reef import encoded, jpeg, reef

Make = Callable[[], bytes]
MB: Final = 1_000_000


def noise(count: int, seed: int = 1) -> bytes:
    return np.random.default_rng(seed).bytes(count)


def many_scans(scans: int) -> bytes:
    """A progressive JPEG whose last scan is repeated, each a few bytes that cost a walk over all pixels."""
    whole = encoded(np.full((4000, 4000, 3), 120, np.uint8), "JPEG", progressive=True, quality=50)
    start, end = whole.rindex(b"\xff\xda"), whole.rindex(b"\xff\xd9")
    return whole[:end] + whole[start:end] * scans + b"\xff\xd9"


def overlapping_tags(count: int, each: int) -> bytes:
    """A TIFF (or EXIF) block whose tags all point at the same bytes."""
    return tiff(((tag + 1000, 7, each, 8) for tag in range(count)), bytes(each))


def text_bomb(kind: bytes, size: int) -> bytes:
    packed = zlib.compress(bytes(size), 9)
    content = b"a\0\0" + packed if kind != b"iTXt" else b"a\0\1\0\0\0" + packed
    return png(40, 40, before=png_part(kind, content))


def gif_comment(size: int) -> bytes:
    return gif(40, 40, b"!\xfe" + gif_blocks(b"x" * size))


def webp(width: int, height: int) -> bytes:
    """A WebP header of any size up to 16384 x 16384 with rubbish behind it."""
    bits = (width - 1) | (height - 1) << 14
    body = b"VP8L" + struct.pack("<LB", 5 + 200, 0x2F) + struct.pack("<L", bits) + noise(201)
    return b"RIFF" + struct.pack("<L", len(body) + 4) + b"WEBP" + body


def heif(changed: Callable[[bytearray], None]) -> bytes:
    content = bytearray(encoded(reef(300, 200), "HEIF"))
    changed(content)
    return bytes(content)


def heif_size(width: int, height: int) -> bytes:
    def lie(content: bytearray) -> None:
        place = content.index(b"ispe") + 8
        content[place : place + 8] = struct.pack(">LL", width, height)

    return heif(lie)


def rubbish_behind(prefix: bytes) -> bytes:
    return prefix + noise(4000)


def spoilt_icc() -> bytes:
    return saved(Image.fromarray(reef(300, 200)), "JPEG", icc_profile=noise(200_000))


def with_profile(profile: bytes) -> bytes:
    return into_jpeg(jpeg(300, 200), *profile_parts(profile))


def with_trailer(whole: bytes, trailer: bytes) -> bytes:
    return whole + trailer


def sixteen_bit() -> bytes:
    ramp = np.tile(np.linspace(0, 65535, 400).astype(np.uint16), (300, 1))
    return saved(Image.fromarray(ramp), "PNG")


def clear_palette() -> bytes:
    clear = Image.fromarray(reef(300, 200)).quantize(16)
    clear.info["transparency"] = 3
    return saved(clear, "PNG")


def squeezed(name: str) -> bytes:
    """Many copies of one file in a ZIP: an archive that is named like a photo."""
    body = zlib.compress(bytes(10 * MB), 9)
    return (
        b"PK\x03\x04"
        + struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 0, 0, len(body), 10 * MB, 5, 0)
        + (name.encode() + body)
    )


#: Photos, however odd: these have to be completed.
ODD: Final[dict[str, Make]] = {
    "one pixel": lambda: encoded(reef(1, 1), "PNG"),
    "one pixel wide, 50000 high": lambda: encoded(reef(1, 50_000), "PNG"),
    "50000 wide, one pixel high": lambda: encoded(reef(50_000, 1), "JPEG"),
    "as long as a JPEG can be": lambda: saved(Image.new("RGB", (65_500, 3)), "JPEG"),
    "CMYK": lambda: saved(Image.fromarray(reef(300, 200)).convert("CMYK"), "JPEG"),
    "16 bit grey": sixteen_bit,
    "palette with a clear colour": clear_palette,
    "grey with alpha": lambda: saved(Image.fromarray(reef(300, 200)).convert("LA"), "PNG"),
    "one bit": lambda: saved(Image.fromarray(reef(300, 200)).convert("1"), "TIFF"),
    "10 MB of EXIF": lambda: into_jpeg(jpeg(300, 200), *exif_parts(b"II*\0" + noise(10 * MB))),
    "EXIF that points into nowhere": lambda: into_jpeg(
        jpeg(300, 200), *exif_parts(b"II*\0\xff\xff\xff\x7f" + bytes(40))
    ),
    "EXIF whose tags overlap": lambda: into_jpeg(jpeg(300, 200), *exif_parts(overlapping_tags(2500, 30_000))),
    "ICC rubbish": spoilt_icc,
    "a photo with a web page behind it": lambda: jpeg(300, 200) + b"<script>alert(1)</script>",
    "a photo with an archive behind it": lambda: jpeg(300, 200) + squeezed("reef.jpg"),
    "a PNG with a PHP script in a text": lambda: png(
        300, 200, before=png_part(b"tEXt", b"a\0<?php system($_GET['c']); ?>")
    ),
    "a GIF of 100000 frames": lambda: gif(300, 200, frames=100_000),
    "a GIF whose screen has no pixels": lambda: gif(0, 0),
    "a progressive JPEG": lambda: encoded(reef(900, 600), "JPEG", progressive=True),
    "a PNG of 16 megapixels in 2 kB": lambda: png(4000, 4000, depth=1, colour=0),
    "a JPEG with a profile of 10 MB": lambda: into_jpeg(
        jpeg(300, 200), *profile_parts(large_profile(10 * MB))
    ),
    "a JPEG with 10 MB of rubbish for a profile": lambda: into_jpeg(
        jpeg(300, 200), *profile_parts(noise(10 * MB))
    ),
    "a JPEG whose profile claims a table of 255 ** 3": lambda: with_profile(table_profile(3, 255)),
    "a JPEG whose profile claims a table of 255 ** 15": lambda: with_profile(table_profile(15, 255)),
    "a JPEG whose profile claims a newer table": lambda: with_profile(new_table_profile(255)),
    "a JPEG whose profile has curves of 8 GB": lambda: with_profile(long_curve()),
    "a JPEG whose profile has 100000 tags": lambda: with_profile(many_tags(100_000)),
    "a JPEG whose profile has elements in a circle": lambda: with_profile(elements(60_000)),
    "a PNG with an ICC profile of 500 MB": lambda: text_bomb(b"iCCP", 500 * MB),
    "a PNG with a profile of 10 MB": lambda: png(
        300, 200, before=png_part(b"iCCP", b"a\0\0" + zlib.compress(large_profile(10 * MB)))
    ),
    "a TIFF with a profile of 10 MB": lambda: saved(
        Image.fromarray(reef(300, 200)), "TIFF", icc_profile=large_profile(10 * MB)
    ),
    "a WebP with a profile of 10 MB": lambda: saved(
        Image.fromarray(reef(300, 200)), "WEBP", icc_profile=large_profile(10 * MB)
    ),
    "a HEIF with a profile of 10 MB": lambda: saved(
        Image.fromarray(reef(300, 200)), "HEIF", icc_profile=large_profile(10 * MB)
    ),
    "EXIF in a circle": lambda: into_jpeg(jpeg(300, 200), *exif_parts(exif_circle())),
    "EXIF with millions of colours": lambda: into_jpeg(jpeg(300, 200), *exif_parts(exif_counts())),
    "a photo without its end": lambda: jpeg(300, 200)[:-2],
    "a photo without its end, and rubbish": lambda: jpeg(300, 200)[:-2] + b"\0\1SEFT" * 500,
    "5 MB of rubbish behind a photo": lambda: jpeg(300, 200) + noise(5 * MB),
}

#: Files that are not complete photos: refused at once, or a job that ends with a clear message.
BAD: Final[dict[str, Make]] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"\xff",
    "SVG": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "SVG with entities": lambda: b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><svg>&b;</svg>",
    "a web page": lambda: b"<!doctype html><body onload=alert(1)>",
    "PDF": lambda: b"%PDF-1.7\n" + noise(2000),
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(a) (r) file\n",
    "a ZIP": lambda: squeezed("reef.jpg"),
    "a Windows program": lambda: b"MZ" + noise(3000),
    "zeros": lambda: bytes(3 * MB),
    "noise": lambda: noise(MB),
    "BMP": lambda: encoded(reef(30, 20), "BMP"),
    "a PNG bomb of 40000 x 40000 zeros": lambda: png(40_000, 40_000, depth=1, colour=0),
    "a PNG header of 2147483647 x 2147483647": lambda: png_header(2**31 - 1, 2**31 - 1),
    "a PNG of no pixels": lambda: png_header(0, 0),
    "a PNG one pixel wide, 100000 high": lambda: png(1, 100_000),
    "a PNG whose pixels are missing": lambda: png_header(3000, 3000),
    "a PNG that ends behind its header": lambda: png_header(300, 300)[:33],
    "a PNG with a million tiny parts": lambda: (
        PNG_START + png_header(30, 30)[8:33] + png_part(b"teSt") * 1_000_000
    ),
    "a PNG with half a million texts": lambda: png(30, 30, before=png_part(b"tEXt", b"a\0b") * 500_000),
    "a PNG with a zTXt of 1 GB": lambda: text_bomb(b"zTXt", 1000 * MB),
    "a PNG with an iTXt of 200 MB": lambda: text_bomb(b"iTXt", 200 * MB),
    "a PNG of zeros compressed twice": lambda: (
        PNG_START
        + png_header(3000, 3000)[8:33]
        + png_part(b"IDAT", zlib.compress(zlib.compress(bytes(27 * MB))))
    ),
    "a JPEG of 65500 x 65500": lambda: jpeg(30, 30).replace(
        struct.pack(">HH", 30, 30), struct.pack(">HH", 65_500, 65_500), 1
    ),
    "a JPEG of 3000 scans": lambda: many_scans(3000),
    "a JPEG of two million comments": lambda: into_jpeg(jpeg(30, 30), jpeg_part(0xFE, b"") * 1_900_000),
    "a JPEG whose EXIF is longer than it": lambda: jpeg(30, 30)[:2] + b"\xff\xe1\xff\xffExif\0\0",
    "a JPEG without tables": lambda: jpeg(300, 200).replace(b"\xff\xdb", b"\xff\xfe"),
    "two starts of a JPEG": lambda: b"\xff\xd8" * 5000,
    "a JPEG cut off and closed": lambda: jpeg(900, 700)[:20_000] + b"\xff\xd9",
    "a JPEG that goes on in restart markers": lambda: jpeg(900, 700)[:20_000] + b"\xff\xd0" * 3 * MB,
    "a progressive JPEG that goes on in scans": lambda: (
        encoded(reef(300, 200), "JPEG", progressive=True)[:-2] + b"\xff\xda\0\6\0\0\x3f\0" * 90
    ),
    "a GIF of 65535 x 65535": lambda: gif(65_535, 65_535),
    "a GIF with a comment of 7 MB": lambda: gif_comment(7 * MB),
    "a GIF without an end": lambda: gif(300, 200)[:20] + b"!\xfe" + b"\xff" * 20_000,
    "a TIFF of 4294967295 x 4294967295": lambda: grey_tiff(2**32 - 1, 2**32 - 1),
    "a TIFF whose strip is longer than it": lambda: grey_tiff(3000, 3000, t279=(4, 1, 2**31)),
    "a TIFF whose strip lies outside": lambda: grey_tiff(3000, 3000, t273=(4, 1, 2**31)),
    "a TIFF with a million strips": lambda: grey_tiff(3000, 3000, t273=(4, 1_000_000, 200)) + bytes(4 * MB),
    "a TIFF with rows of no length": lambda: grey_tiff(3000, 3000, t278=(4, 1, 0)),
    "a TIFF with 255 channels": lambda: grey_tiff(3000, 3000, t277=(3, 1, 255)),
    "a TIFF that is its own next page": lambda: b"II*\0" + struct.pack("<LHL", 8, 0, 8),
    "a TIFF whose tags overlap": lambda: overlapping_tags(60_000, MB),
    "a TIFF whose 4000 tags are 5 MB each": lambda: overlapping_tags(4000, 5 * MB),
    "a TIFF in fax code with rubbish": lambda: grey_tiff(3000, 3000, t259=(3, 1, 4), t258=(3, 1, 1)),
    "a TIFF in LZW with rubbish": lambda: grey_tiff(3000, 3000, t259=(3, 1, 5)),
    "a TIFF with a JPEG of another size": lambda: (
        grey_tiff(3000, 3000, t259=(3, 1, 7)) + encoded(reef(64, 64), "JPEG")
    ),
    "a BigTIFF with a directory far away": lambda: b"II+\0\x08\0\0\0" + b"\xff" * 8 + bytes(100),
    "a WebP of 16383 x 16383": lambda: webp(16_383, 16_383),
    "a WebP of 5000 x 5000 with rubbish": lambda: webp(5000, 5000),
    "a WebP that says it is 4 GB long": lambda: b"RIFF\xff\xff\xff\xffWEBPVP8X\xff\xff\xff\xff" + noise(500),
    "a HEIF of 65535 x 65535": lambda: heif_size(65_535, 65_535),
    "a HEIF of 4294967295 x 1": lambda: heif_size(2**32 - 1, 1),
    "a HEIF with rubbish for pixels": lambda: heif(
        lambda content: content.__setitem__(slice(-600, None), noise(600))
    ),
    "a HEIF of boxes in boxes": lambda: (
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
        + b"".join(struct.pack(">L", 8 * depth + 12) + b"meta\0\0\0\0" for depth in range(2000, 0, -1))
    ),
    "a HEIF of a box longer than it": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\x7f\xff\xff\xffmeta",
    "the start of a JPEG and the rest of a PNG": lambda: (
        jpeg(300, 200)[:300] + encoded(reef(300, 200), "PNG")
    ),
    "the start of a PNG and the rest of a JPEG": lambda: encoded(reef(300, 200), "PNG")[:60] + jpeg(300, 200),
    "a CR3 of boxes in a circle": lambda: (
        b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + struct.pack(">L4s", 0, b"moov") * 100_000
    ),
    "a TIFF whose pictures point at each other": lambda: grey_tiff(30, 30, t330=(4, 60_000, 8)),
    "a TIFF of a hundred thousand pictures": lambda: (
        b"II*\0"
        + b"".join(struct.pack("<LHL", 8 + 6 * n, 0, 14 + 6 * n)[4 if n else 0 :] for n in range(100_000))
    ),
    "a raw file of a mosaic that is its own preview": lambda: grey_tiff(
        30, 30, t262=(3, 1, 32803), t330=(4, 1, 8)
    ),
    "a GIF that is JavaScript": lambda: b"GIF89a=1;alert(1)//" + noise(100),
} | {
    f"{name} with rubbish behind its first bytes": lambda start=start: rubbish_behind(start)
    for name, start in {
        "JPEG": b"\xff\xd8\xff\xe0",
        "PNG": PNG_START,
        "WebP": b"RIFF\x00\x10\0\0WEBPVP8 ",
        "GIF": b"GIF89a",
        "TIFF": b"II*\0\x08\0\0\0",
        "BigTIFF": b"MM\0+\0\x08\0\0",
        "HEIF": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    }.items()
}

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "HEIF")


def cut_off(format_name: str) -> list[bytes]:
    """A photo of which 0, 5, ..., 95 % came."""
    whole = encoded(reef(330, 250), format_name)
    return [whole[: len(whole) * percent // 100] for percent in range(0, 100, 5)]


def broken_at_random(format_name: str, count: int, seed: int) -> list[bytes]:
    """A photo with some of its bytes flipped; half of the time in its first kilobyte, where the sizes are."""
    random = np.random.default_rng(seed)
    whole = encoded(reef(int(random.integers(1, 400)), int(random.integers(1, 400)), seed), format_name)
    spoilt = []
    for turn in range(count):
        content = bytearray(whole)
        reach = min(len(content), 1000) if turn % 2 else len(content)
        for place in random.integers(0, reach, random.integers(1, 12)):
            content[place] ^= int(random.integers(1, 256))
        spoilt.append(bytes(content))
    return spoilt
