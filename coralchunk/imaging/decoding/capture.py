"""Read where and when a photo was taken from its EXIF block.

Cameras and photo pickers write values that mean "not known": a position of 0, 0, fractions 0/0, a date of
zeros or 30 February. They are read as ExifTool reads them, and unknown values are None. The app reads
photos by the same rules in static/photos/exif.js; tests hold both to one table. EXIF 2.32.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from coralchunk.imaging.files.opening import open_image
from coralchunk.imaging.metadata.exif import exif_block
from coralchunk.imaging.metadata.tags import Directory, TagError, exif_directory

_MAKE, _MODEL = 0x010F, 0x0110
_LONGEST_CAMERA: Final = 100
_EXIF: Final = 0x8769
_GPS: Final = 0x8825
_TIMES: Final = ((0x9003, 0x9011), (0x9004, 0x9012))  # taken, then digitized: date and time, offset from UTC
_LATITUDE, _LATITUDE_REF = 2, 1
_LONGITUDE, _LONGITUDE_REF = 4, 3
_DATE_TIME: Final = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET: Final = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")
_DIGITS: Final = 7  # of a degree: 1 cm


@dataclass(frozen=True, slots=True)
class Capture:
    """Where and when a photo was taken; None for unknown values."""

    taken_at: str | None = None  # ISO 8601, as the camera's clock had it
    utc_offset: str | None = None  # of that clock, such as +11:00
    latitude: float | None = None  # degrees, WGS 84; both or none
    longitude: float | None = None


def read_capture(stream: IO[bytes], max_pixels: int) -> Capture:
    """Read where and when a photo was taken.

    stream      a seekable binary file; its position is moved
    max_pixels  as in imaging.decode

    Raises what imaging.decoding.header.read_header raises.
    """
    with open_image(stream, max_pixels) as opened:
        directory = opened.page or exif_directory(exif_block(opened.image))
        if directory is None:
            return Capture()
        taken_at, utc_offset = _time(directory.part(_EXIF))
        latitude, longitude = _position(directory.part(_GPS))
        return Capture(taken_at, utc_offset, latitude, longitude)


def read_camera(stream: IO[bytes], max_pixels: int) -> str | None:
    """Read make and model of the camera; None where a photo does not tell. Parameters as in read_capture."""
    stream.seek(0)
    with open_image(stream, max_pixels) as opened:
        directory = opened.page or exif_directory(exif_block(opened.image))
    make, model = (_printable(_text(directory, tag)) for tag in (_MAKE, _MODEL))
    named = model if model.lower().startswith(make.lower()) else f"{make} {model}"
    return named.strip()[:_LONGEST_CAMERA] or None


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()


def _time(exif: Directory | None) -> tuple[str | None, str | None]:
    for date_time, offset in _TIMES:
        taken_at = _date_time(_text(exif, date_time))
        if taken_at is not None:
            offset_text = _text(exif, offset)
            return taken_at, offset_text if _OFFSET.fullmatch(offset_text) else None
    return None, None


def _date_time(text: str) -> str | None:
    found = _DATE_TIME.match(text)
    try:
        return dt.datetime(*map(int, found.groups())).isoformat() if found else None  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:  # zeros, or a day that does not exist
        return None


def _position(gps: Directory | None) -> tuple[float | None, float | None]:
    latitude = _degrees(gps, _LATITUDE, _text(gps, _LATITUDE_REF), "NS")
    longitude = _degrees(gps, _LONGITUDE, _text(gps, _LONGITUDE_REF), "EW")
    is_known = (
        latitude is not None
        and longitude is not None
        and abs(latitude) <= 90
        and abs(longitude) <= 180
        and (latitude, longitude) != (0, 0)  # the value of a position that was removed
    )
    return (latitude, longitude) if is_known else (None, None)


def _degrees(gps: Directory | None, tag: int, hemisphere: str, hemispheres: str) -> float | None:
    """Return degrees, north and east positive; None without a hemisphere, such as N or North."""
    side = hemisphere[:1].upper()
    parts = _fractions(gps, tag)[:3]
    known = [part for part in parts if part is not None and part >= 0]
    if not known or len(known) < len(parts) or not side or side not in hemispheres:
        return None
    degrees = float(sum(part / 60**place for place, part in enumerate(known)))
    return round(-degrees if side == hemispheres[1] else degrees, _DIGITS) + 0.0


def _text(directory: Directory | None, tag: int) -> str:
    try:
        return directory.text(tag) if directory else ""
    except TagError:
        return ""


def _fractions(directory: Directory | None, tag: int) -> Sequence[float | None]:
    try:
        return directory.fractions(tag) if directory else ()
    except TagError:
        return ()
