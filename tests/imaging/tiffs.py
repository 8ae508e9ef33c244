"""Assemble TIFF files and EXIF blocks tag by tag, as no available writer would."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, DOUBLE = 1, 2, 3, 4, 5, 7, 12
_FORMS = {BYTE: "B", SHORT: "H", LONG: "L", DOUBLE: "d"}
Tags = dict[int, tuple[int, Any]]  # tag -> type and values


@dataclass
class Page:
    """One directory: its tags, the strips of its picture, and directories that a tag of it points at."""

    tags: Tags
    strips: Sequence[bytes] = ()
    children: Mapping[int, Sequence["Page"]] = field(default_factory=dict)


def tiff(*pages: Page, order: str = "<", magic: bytes | None = None) -> bytes:
    """Lay pages out one after the other."""
    out = bytearray((b"II" if order == "<" else b"MM") + (magic or struct.pack(f"{order}H", 42)) + bytes(4))
    link = 4
    for page in pages:
        place, following = _put(out, page, order)
        struct.pack_into(f"{order}L", out, link, place)
        link = following
    return bytes(out)


def _put(out: bytearray, page: Page, order: str) -> tuple[int, int]:
    tags = dict(page.tags)
    for tag, children in page.children.items():
        tags[tag] = (LONG, [_put(out, child, order)[0] for child in children])
    if page.strips:
        places = []
        for strip in page.strips:
            places.append(len(out))
            out.extend(strip + bytes(len(strip) % 2))
        tags[273], tags[279] = (LONG, places), (LONG, [len(strip) for strip in page.strips])
    rows = b""
    for tag in sorted(tags):
        kind, values = tags[tag]
        content, count = _packed(kind, values, order)
        if len(content) > 4:
            place = len(out)
            out.extend(content + bytes(len(content) % 2))
            content = struct.pack(f"{order}L", place)
        rows += struct.pack(f"{order}HHL", tag, kind, count) + content.ljust(4, b"\0")
    place = len(out)
    out.extend(struct.pack(f"{order}H", len(tags)) + rows)
    out.extend(bytes(4))
    return place, len(out) - 4


def _packed(kind: int, values: Any, order: str) -> tuple[bytes, int]:
    if kind in {ASCII, UNDEFINED}:
        content = values.encode() + b"\0" if isinstance(values, str) else values
        return content, len(content)
    listed = list(values) if isinstance(values, list | tuple) else [values]
    if kind == RATIONAL:
        return b"".join(struct.pack(f"{order}LL", *pair) for pair in listed), len(listed)
    return struct.pack(f"{order}{_FORMS[kind] * len(listed)}", *listed), len(listed)


def picture(array: NDArray[Any], order: str = "<", **more: tuple[int, Any]) -> Page:
    """A page of an (H, W) or (H, W, C) array, deflated; `more` sets tags: t254=(LONG, 1)."""
    pixels = array if array.ndim == 3 else array[:, :, np.newaxis]
    height, width, bands = pixels.shape
    tags: Tags = {
        256: (LONG, width),
        257: (LONG, height),
        258: (SHORT, [pixels.dtype.itemsize * 8] * bands),
        259: (SHORT, 8),
        262: (SHORT, 2 if bands >= 3 else 1),
        277: (SHORT, bands),
        278: (LONG, height),
    }
    if pixels.dtype.kind == "f":
        tags[339] = (SHORT, [3] * bands)
    if bands == 4:
        tags[338] = (SHORT, [2])
    tags |= {int(name[1:]): value for name, value in more.items()}
    content = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    return Page(tags, [zlib.compress(content) if tags[259][1] == 8 else content])


def exif(first: Tags | None = None, inner: Tags | None = None, index: str | None = None) -> bytes:
    """An EXIF block: its first directory, the one of EXIF, and the interoperability index."""
    below = {} if index is None else {0xA005: [Page({1: (ASCII, index)})]}
    children = {0x8769: [Page(inner or {}, children=below)]} if inner is not None or below else {}
    return tiff(Page(first or {}, children=children), order=">")
