"""Write an ICC profile for colours that a file describes in another way.

So that code points, chromaticities and gammas are converted by the same library as embedded profiles.
ICC.1:2010, version 2: three primaries and one curve, without tables.
"""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Chromaticity = tuple[float, float]  # CIE 1931 x, y
Curve = NDArray[np.float64]  # light, 0 to 1, at evenly spaced numbers from 0 to 1

CURVE_STEPS: Final = 4 * 255 + 1  # so that each 8-bit number has its own entry
_D50: Final = np.array([0.9642, 1.0, 0.8249])  # the white of all profiles
_BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_HEADER: Final = 128
_DATE: Final = (2026, 1, 1, 0, 0, 0)  # a fixed one: the same colours give the same profile
_FIXED: Final = 65536  # s15Fixed16Number
_MOST_FIXED: Final = 32767.0


@dataclass(frozen=True, slots=True)
class Primaries:
    """The colours of full red, green and blue, and of white."""

    red: Chromaticity
    green: Chromaticity
    blue: Chromaticity
    white: Chromaticity


def matrix_profile(primaries: Primaries, curve: Curve) -> bytes:
    """Write a profile. Raises ValueError for primaries that no colours can be mixed from."""
    light = b"curv" + bytes(4) + struct.pack(">L", len(curve))
    light += np.rint(np.clip(curve, 0, 1) * 65535).astype(">u2").tobytes()
    columns = _to_d50(primaries).T
    contents = {
        b"desc": _description(b"colours as told by the file"),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": _xyz(_D50),
        **{name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)},
        b"rTRC": light,
        b"gTRC": light,
        b"bTRC": light,
    }
    table, body = struct.pack(">L", len(contents)), b""
    start = _HEADER + 4 + 12 * len(contents)
    for name, content in contents.items():
        table += name + struct.pack(">LL", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">L4xL", _HEADER + len(table) + len(body), 0x02400000) + b"mntrRGB XYZ "
    head += struct.pack(">6H", *_DATE) + b"acsp" + bytes(28) + _numbers(_D50)
    return head.ljust(_HEADER, b"\0") + table + body


def _to_d50(primaries: Primaries) -> NDArray[np.float64]:
    """Return the matrix from light of the three primaries to XYZ under D50, adapted as Bradford found."""
    mixed = np.stack([_point(one) for one in (primaries.red, primaries.green, primaries.blue)], axis=1)
    white = _point(primaries.white)
    try:
        scaled = mixed * np.linalg.solve(mixed, white)
        cones = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white))
        found = np.linalg.solve(_BRADFORD, cones @ _BRADFORD) @ scaled
    except np.linalg.LinAlgError:
        raise ValueError("its primaries lie on a line") from None
    if not np.isfinite(found).all() or np.abs(found).max() > _MOST_FIXED:
        raise ValueError("its primaries are no colours")
    return np.asarray(found, dtype=np.float64)


def _point(chromaticity: Chromaticity) -> NDArray[np.float64]:
    x, y = chromaticity
    if not y > 0:
        raise ValueError("its primaries are no colours")
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _description(text: bytes) -> bytes:
    return b"desc" + bytes(4) + struct.pack(">L", len(text) + 1) + text + bytes(1 + 78)


def _xyz(value: NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + _numbers(value)


def _numbers(values: NDArray[np.float64]) -> bytes:
    return np.rint(values * _FIXED).astype(">i4").tobytes()
