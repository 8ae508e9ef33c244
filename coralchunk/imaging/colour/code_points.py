"""Know the colours behind the code points of HEIF and PNG (ITU-T H.273), and behind gammas."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from coralchunk.imaging.colour.icc import CURVE_STEPS, Curve, Primaries

_D65: Final = (0.3127, 0.3290)
SRGB: Final = Primaries((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), _D65)
ADOBE_RGB: Final = Primaries((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), _D65)
ADOBE_RGB_GAMMA: Final = 563 / 256  # Adobe RGB (1998) Color Image Encoding, 4.3.1.2
_601_525: Final = Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)
PRIMARIES: Final[dict[int, Primaries]] = {
    1: SRGB,
    4: Primaries((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), (0.310, 0.316)),
    5: Primaries((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: _601_525,
    7: _601_525,
    8: Primaries((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), (0.310, 0.316)),
    9: Primaries((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: Primaries((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
UNSPECIFIED: Final = 2


@dataclass(frozen=True, slots=True)
class CodePoints:
    """How numbers become colours, by the numbers of the tables in H.273."""

    primaries: int
    transfer: int
    is_full_range: bool

    @classmethod
    def unpack(cls, content: bytes) -> "CodePoints":
        """Read primaries, transfer characteristic, matrix and range, a byte each."""
        return cls(content[0], content[1], content[3] != 0)


SRGB_CODES: Final = CodePoints(1, 13, is_full_range=True)
# Curves of cameras that screens treat as sRGB: phones write 1 for pixels that are effectively sRGB.
_AS_SRGB: Final = frozenset({1, 6, 13, 14, 15})
_GAMMAS: Final = {4: 2.2, 5: 2.8, 8: 1.0}
_PQ, _ST_428, _HLG = 16, 17, 18
_DIFFUSE_WHITE: Final = 203.0  # cd/m2, ITU-R BT.2408
_PQ_PEAK: Final = 10_000.0
_HLG_PEAK: Final = 1000.0
_HLG_SYSTEM_GAMMA: Final = 1.2  # of a screen of that peak, ITU-R BT.2100
_NUMBERS: Final = np.linspace(0.0, 1.0, CURVE_STEPS)
_LIMITED: Final = (16.0, 235.0)  # black and white of the limited range, of 255


def gamma_curve(exponent: float) -> Curve:
    """Return the light of a plain power."""
    return np.asarray(_NUMBERS**exponent, dtype=np.float64)


def srgb_curve() -> Curve:
    """Return the light of sRGB, IEC 61966-2-1."""
    return np.where(_NUMBERS <= 0.04045, _NUMBERS / 12.92, ((_NUMBERS + 0.055) / 1.055) ** 2.4)


def transfer_curve(code: int, *, is_full_range: bool) -> Curve | None:
    """Return the linear light of a transfer characteristic; None for an unknown one.

    HDR (PQ, HLG) is clipped at diffuse white: brighter light is white too.
    """
    curve = _curve(code)
    if curve is None or is_full_range:
        return curve
    black, white = _LIMITED
    return np.interp((_NUMBERS * 255 - black) / (white - black), _NUMBERS, curve)


def _curve(code: int) -> Curve | None:
    if code in _AS_SRGB:
        return srgb_curve()
    if code in _GAMMAS:
        return gamma_curve(_GAMMAS[code])
    if code == _PQ:
        return np.minimum(_pq_light() / _DIFFUSE_WHITE, 1.0)
    if code == _HLG:
        return np.minimum(_hlg_light() / _DIFFUSE_WHITE, 1.0)
    if code == _ST_428:
        return np.minimum(52.37 / 48 * gamma_curve(2.6), 1.0)
    return None


def _pq_light() -> Curve:
    """Return cd/m2 by SMPTE ST 2084."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = _NUMBERS ** (1 / m2)
    light = np.maximum(root - c1, 0) / (c2 - c3 * root)
    return np.asarray(_PQ_PEAK * light ** (1 / m1), dtype=np.float64)


def _hlg_light() -> Curve:
    """Return cd/m2 of greys on a screen of 1000 cd/m2, by ITU-R BT.2100."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(_NUMBERS <= 0.5, _NUMBERS**2 / 3, (np.exp((_NUMBERS - c) / a) + b) / 12)
    return np.asarray(_HLG_PEAK * scene**_HLG_SYSTEM_GAMMA, dtype=np.float64)
