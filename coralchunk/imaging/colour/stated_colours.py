"""Read the colour information of a file as an ICC profile.

Of several statements the most specific one counts: code points of a PNG, an ICC profile, code points of a
HEIF, chromaticities and gamma, and last the EXIF data of the camera. A file without any is sRGB.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from PIL import Image

from coralchunk.imaging.colour.code_points import (
    ADOBE_RGB,
    ADOBE_RGB_GAMMA,
    PRIMARIES,
    SRGB,
    SRGB_CODES,
    UNSPECIFIED,
    CodePoints,
    gamma_curve,
    srgb_curve,
    transfer_curve,
)
from coralchunk.imaging.colour.icc import CURVE_STEPS, Curve, Primaries, matrix_profile
from coralchunk.imaging.colour.png_chunks import MAX_PROFILE_BYTES, PngColours
from coralchunk.imaging.metadata.exif import exif_block
from coralchunk.imaging.metadata.tags import Directory, TagError, exif_directory

_HDR: Final = frozenset({16, 18})
_PNG_SRGB_GAMMA: Final = 0.45455
_CLOSE: Final = 0.001
# EXIF 2.32 and DCF 2.0
_EXIF, _COLOR_SPACE, _INTEROPERABILITY, _INDEX = 0x8769, 0xA001, 0xA005, 0x0001
_SRGB, _ADOBE_RGB, _UNCALIBRATED = 1, 2, 0xFFFF
_GAMMA: Final = 0xA500
# TIFF 6.0, section 20
_TRANSFER_FUNCTION, _WHITE_POINT, _PRIMARY_CHROMATICITIES = 301, 318, 319


@dataclass(frozen=True, slots=True)
class StatedColours:
    """What a file says."""

    profile: bytes | None = None  # ICC; None for sRGB
    is_unreadable: bool = False  # there is information that cannot be understood


def stated_colours(image: Image.Image, png: PngColours | None, page: Directory | None) -> StatedColours:
    """Return the colour information of a file.

    image  opened, not loaded
    png    the information in its chunks, if it is a PNG
    page   the tags of the picture, if it is a TIFF
    """
    if png is not None and png.cicp is not None:
        return _from_code_points(png.cicp)
    if png is not None and (png.profile is not None or png.is_unreadable):
        return _from_profile(png.profile)
    if image.info.get("icc_profile", b"") != b"":
        return _from_profile(image.info["icc_profile"])
    return _from_header(image.info) or _from_tags(page or exif_directory(exif_block(image)))


def _from_header(info: dict[str | tuple[int, int], Any]) -> StatedColours | None:
    """Read the information that HEIF and PNG have besides a profile, or None."""
    nclx = info.get("nclx_profile")
    if nclx and nclx["color_primaries"] != UNSPECIFIED:
        primaries, transfer = nclx["color_primaries"], nclx["transfer_characteristics"]
        # libheif has widened the range already.
        return _from_code_points(CodePoints(primaries, transfer, is_full_range=True))
    if "srgb" in info:
        return StatedColours()
    return _from_gamma(info) if "gamma" in info or "chromaticity" in info else None


def _from_profile(profile: bytes | None) -> StatedColours:
    if not profile or len(profile) > MAX_PROFILE_BYTES:
        return StatedColours(is_unreadable=True)
    stated = _cicp_of(profile)
    if stated is not None and stated.transfer in _HDR:
        return _from_code_points(stated)
    return StatedColours(profile)


def _cicp_of(profile: bytes) -> CodePoints | None:
    """Return the code points that a profile is made for; ICC.1:2022, cicpType."""
    count = int.from_bytes(profile[128:132], "big")
    table = profile[132 : 132 + 12 * min(count, 100)]
    for start in range(0, len(table) - 11, 12):
        if table[start : start + 4] == b"cicp":
            place = int.from_bytes(table[start + 4 : start + 8], "big")
            content = profile[place + 8 : place + 12]
            return CodePoints.unpack(content) if len(content) == 4 else None
    return None


def _from_code_points(stated: CodePoints) -> StatedColours:
    primaries = PRIMARIES.get(SRGB_CODES.primaries if stated.primaries == UNSPECIFIED else stated.primaries)
    transfer = SRGB_CODES.transfer if stated.transfer == UNSPECIFIED else stated.transfer
    curve = transfer_curve(transfer, is_full_range=stated.is_full_range)
    if primaries is None or curve is None:
        return StatedColours(is_unreadable=True)
    return _made(primaries, curve)


def _from_gamma(info: dict[str | tuple[int, int], Any]) -> StatedColours:
    """Read the gAMA and cHRM of a PNG; either may be missing."""
    gamma, stated = info.get("gamma", _PNG_SRGB_GAMMA), info.get("chromaticity")
    primaries = SRGB
    if stated is not None:
        white, red, green, blue = (tuple(stated[start : start + 2]) for start in range(0, 8, 2))
        primaries = Primaries(red, green, blue, white)
    if not 0.01 <= gamma <= 100:
        return StatedColours(is_unreadable=True)
    has_srgb_gamma = abs(gamma - _PNG_SRGB_GAMMA) < _CLOSE
    is_srgb = has_srgb_gamma and np.allclose(_flat(primaries), _flat(SRGB), atol=_CLOSE)
    return _made(primaries, srgb_curve() if is_srgb else gamma_curve(1 / gamma))


def _flat(primaries: Primaries) -> tuple[float, ...]:
    return (*primaries.red, *primaries.green, *primaries.blue, *primaries.white)


def _from_tags(first: Directory | None) -> StatedColours:
    """Read the tags of a TIFF, or the EXIF data of a camera."""
    try:
        return StatedColours() if first is None else _from_camera(first) or _from_primaries(first)
    except TagError:
        return StatedColours()


def _from_camera(first: Directory) -> StatedColours | None:
    """Tell sRGB and Adobe RGB by the two places in which cameras say so."""
    exif = first.part(_EXIF)
    space = _UNCALIBRATED if exif is None else exif.number(_COLOR_SPACE, _UNCALIBRATED)
    interoperability = None if exif is None else exif.part(_INTEROPERABILITY)
    index = "" if interoperability is None else interoperability.text(_INDEX)
    if space == _ADOBE_RGB or (space == _UNCALIBRATED and index == "R03"):
        return _made(ADOBE_RGB, gamma_curve(ADOBE_RGB_GAMMA))
    return StatedColours() if space == _SRGB else None


def _from_primaries(first: Directory) -> StatedColours:
    stated, white = first.numbers(_PRIMARY_CHROMATICITIES), first.numbers(_WHITE_POINT)
    if len(stated) != 6:
        return StatedColours()
    red, green, blue = ((float(stated[start]), float(stated[start + 1])) for start in range(0, 6, 2))
    at = (float(white[0]), float(white[1])) if len(white) == 2 else SRGB.white
    exif = first.part(_EXIF)
    gamma = () if exif is None else exif.numbers(_GAMMA)
    curve = gamma_curve(float(gamma[0])) if gamma and gamma[0] > 0 else _transfer_function(first)
    return _made(Primaries(red, green, blue, at), curve)


def _transfer_function(page: Directory) -> Curve:
    values = page.numbers(_TRANSFER_FUNCTION)
    steps = len(values) // 3 if len(values) in {3 << 8, 3 << 16} else len(values)
    if steps not in {1 << 8, 1 << 16}:
        return srgb_curve()
    # Of three curves that of green: they differ by the balance of the scanner at most.
    first = steps if len(values) > steps else 0
    light = np.array(values[first : first + steps], dtype=np.float64) / 65535
    return np.interp(np.linspace(0, steps - 1, CURVE_STEPS), np.arange(steps), light)


def _made(primaries: Primaries, curve: Curve) -> StatedColours:
    if np.allclose(_flat(primaries), _flat(SRGB), atol=_CLOSE) and np.allclose(
        curve, srgb_curve(), atol=_CLOSE
    ):
        return StatedColours()
    try:
        return StatedColours(matrix_profile(primaries, curve))
    except ValueError:
        return StatedColours(is_unreadable=True)
