"""Define colour spaces, what a file may say about its numbers, and what they are in sRGB."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

CORAL = (200, 120, 90)
D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D65 = (0.3127, 0.3290)
_709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Space:
    """Primaries, white, and a curve: the exponent of a plain power, or 0 for sRGB's."""

    primaries: tuple[tuple[float, float], ...]
    white: tuple[float, float]
    gamma: float


SRGB = Space(_709, _D65, 0)
P3 = Space(((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)), _D65, 0)
ADOBE = Space(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), _D65, 2.19921875)
PROPHOTO = Space(
    ((0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105)), (0.345669, 0.358496), 1.8
)
LINEAR = Space(_709, _D65, 1.0)
DARK = Space(_709, _D65, 1.8)


def _xyz(chromaticity: tuple[float, float]) -> Numbers:
    x, y = chromaticity
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _to_xyz(space: Space) -> Numbers:
    mixed = np.stack([_xyz(one) for one in space.primaries], axis=1)
    cones = np.diag((_BRADFORD @ D50) / (_BRADFORD @ _xyz(space.white)))
    adapted = np.linalg.solve(_BRADFORD, cones @ _BRADFORD)
    return np.asarray(adapted @ (mixed * np.linalg.solve(mixed, _xyz(space.white))))


def light(numbers: ArrayLike, space: Space) -> Numbers:
    """The light of numbers from 0 to 1."""
    given = np.asarray(numbers, dtype=np.float64)
    if space.gamma:
        return np.asarray(given**space.gamma)
    return np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4)


def in_srgb(colour: Sequence[float], space: Space) -> list[int]:
    """A colour of a space in sRGB, relative colorimetric (Bradford), clipped; 0 to 255."""
    return light_in_srgb(light(np.asarray(colour) / 255, space), space)


def light_in_srgb(linear: Numbers, space: Space) -> list[int]:
    """Light of the primaries of a space in sRGB, 0 to 255."""
    found = np.clip(np.linalg.solve(_to_xyz(SRGB), _to_xyz(space) @ linear), 0, 1)
    curved = np.where(found <= 0.0031308, 12.92 * found, 1.055 * found ** (1 / 2.4) - 0.055)
    return [round(float(255 * number)) for number in curved]


def in_lab(colour: Sequence[float]) -> list[float]:
    """A colour of sRGB in CIE L*a*b* under D50."""
    relative = _to_xyz(SRGB) @ light(np.asarray(colour) / 255, SRGB) / D50
    x, y, z = np.where(relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116)
    return [float(116 * y - 16), float(500 * (x - y)), float(200 * (y - z))]


def profile(space: Space) -> bytes:
    """An ICC profile of a space, version 2, RGB."""
    if space.gamma:
        curve = b"curv" + struct.pack(">LLH", 0, 1, round(space.gamma * 256))
    else:
        steps = np.rint(65535 * light(np.linspace(0, 1, 1024), space)).astype(">u2")
        curve = b"curv" + struct.pack(">LL", 0, 1024) + steps.tobytes()
    columns = _to_xyz(space).T
    named = {
        name: _xyz_tag(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)
    }
    return packed_profile(
        b"RGB ", {b"wtpt": _xyz_tag(D50), **named} | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    )


def grey_profile(gamma: float) -> bytes:
    """An ICC profile for greys of a plain power."""
    curve = b"curv" + struct.pack(">LLH", 0, 1, round(gamma * 256))
    return packed_profile(b"GRAY", {b"wtpt": _xyz_tag(D50), b"kTRC": curve})


def ink_profile() -> bytes:
    """An ICC profile of CMYK whose inks lighten and darken: L* = 100 (1 - K)(1 - mean of the others)."""
    corners = np.stack(np.meshgrid(*[np.array([0.0, 1.0])] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    lightness = (1 - corners[:, 3]) * (1 - corners[:, :3].mean(axis=1))
    lab = np.stack([lightness * 65280, np.full(16, 32768.0), np.full(16, 32768.0)], axis=1)
    identity = struct.pack(">2H", 0, 65535)
    table = b"mft2" + struct.pack(">LBBBB", 0, 4, 3, 2, 0)
    table += np.rint(np.eye(3) * 65536).astype(">i4").tobytes() + struct.pack(">HH", 2, 2)
    table += identity * 4 + np.rint(lab).astype(">u2").tobytes() + identity * 3
    return packed_profile(b"CMYK", {b"wtpt": _xyz_tag(D50), b"A2B0": table}, connection=b"Lab ", kind=b"prtr")


def _xyz_tag(value: Numbers) -> bytes:
    return b"XYZ \0\0\0\0" + np.rint(value * 65536).astype(">i4").tobytes()


def packed_profile(
    colours: bytes, tags: dict[bytes, bytes], *, connection: bytes = b"XYZ ", kind: bytes = b"mntr"
) -> bytes:
    """An ICC profile of any tags."""
    text = b"made for a test"
    described = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">L", len(text) + 1) + text + bytes(79),
        b"cprt": b"text\0\0\0\0none\0",
        **tags,
    }
    table, body = struct.pack(">L", len(described)), b""
    for name, content in described.items():
        table += name + struct.pack(">LL", 132 + 12 * len(described) + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = (
        struct.pack(">L4sL", 128 + len(table) + len(body), bytes(4), 0x02400000) + kind + colours + connection
    )
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += np.rint(D50 * 65536).astype(">i4").tobytes()
    return head.ljust(128, b"\0") + table + body
