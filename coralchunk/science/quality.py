"""Measure the quality of a photo, and advise how to take a better one.

The thresholds of the notes lie between the values of real photos and those of the same photos degraded on
purpose: 10 quadrat photos (Tayrona), 91 reef photos (Eilat) and 1,018 from the web; 28 of them also
darkened, brightened, blurred, tinted and veiled. None of the 101 survey photos and 5 % of those from the web
(30 of them for a blue cast) get a note. Notes ask for a better photo; they do not change predictions.

static/photos/photo-quality.js has the same measures and thresholds, for the browser; a test compares both.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from coralchunk.arrays import Pixels

# Each with the values of the survey photos, and the median of the degraded photos.
DARK_BELOW: Final = 0.12  # brightness; from 0.14, with a third of the light 0.07 to 0.12
BRIGHT_ABOVE: Final = 0.72  # brightness; to 0.57, with 2.5 times the light 0.59 to 0.87
BLURRED_BELOW: Final = 0.25  # sharpness; from 0.42, blurred by 2 px (sigma) 0.20
RED_BELOW: Final = 0.12  # share of red; from 0.16, with 0.3 of the red 0.09 to 0.21
FLAT_BELOW: Final = 0.2  # contrast; from 0.27, under a veil of 75 % 0.10 to 0.14
VEILED_ABOVE: Final = 0.15  # brightness of the shadows; a dark photo is flat too, but has dark shadows

_SEEN_PX: Final = 122  # side at which the bundled network sees a window
_LEAST_TEXTURE: Final = 3.0  # grey levels; water and sand without any have nothing that could be sharp
_LEVELS: Final = 256
_DIGITS: Final = 3

_NOTES: Final = {
    "too_dark": "The photo is very dark. Use a light, or take it nearer to noon or to the surface.",
    "too_bright": "The photo is overexposed: bright sand and bleached coral look alike. Expose for less.",
    "blurred": "The photo is blurred. Hold still, let the camera focus, and clean the lens or housing.",
    "blue_cast": "The red light is lost, the photo blue: go closer, use a light or set the white balance.",
    "green_cast": "The red light is lost, the photo green: go closer, use a light or set the white balance.",
    "hazy": "Water lies between camera and reef like a veil: go closer.",
    "unreadable_profile": "The file's colour profile cannot be used, so its colours were taken for sRGB."
    " Save the photo as sRGB for exact colours.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """Something that would have made a better photo."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Quality:
    """How a photo was taken. Shares and brightness from 0 to 1."""

    brightness: float  # median, mean of the channels
    shadows: float  # brightness that 5 % of the pixels are below
    contrast: float  # from there to what 5 % are above
    sharpness: float | None  # fine detail relative to all detail; None if there is no detail
    red_share: float  # of all light
    green_share: float
    blue_share: float
    notes: tuple[Note, ...]


def quality(small: Pixels, windows: Iterable[Pixels], file_notes: tuple[str, ...] = ()) -> Quality:
    """Measure how a photo was taken.

    Sharpness is the mean absolute Laplacian over the standard deviation of a window as networks see it; of
    all windows the median. It does not move with light, cast and haze. It cannot see a blur finer than a
    pixel, nor one in a corner; and noise looks sharp, so a dark photo may be worse than it says.

    small       (H, W, 3) uint8, RGB: the whole photo, some 256 px long
    windows     each (H, W, 3) uint8, RGB: spread over the photo, in full or half size
    file_notes  codes of notes that reading the file has given
    """
    shadows, brightness, lights = _brightness(small)
    channels = np.array(cv2.mean(small)[:3])
    red, green, blue = (channels / max(channels.sum(), 1.0)).tolist()
    measured = Quality(
        brightness=round(brightness, _DIGITS),
        shadows=round(shadows, _DIGITS),
        contrast=round(lights - shadows, _DIGITS),
        sharpness=_sharpness(windows),
        red_share=round(red, _DIGITS),
        green_share=round(green, _DIGITS),
        blue_share=round(blue, _DIGITS),
        notes=(),
    )
    return replace(
        measured, notes=tuple(Note(code, _NOTES[code]) for code in (*file_notes, *_codes(measured)))
    )


def _codes(measured: Quality) -> Iterator[str]:
    if measured.brightness < DARK_BELOW:
        yield "too_dark"
    if measured.brightness > BRIGHT_ABOVE:
        yield "too_bright"
    if measured.sharpness is not None and measured.sharpness < BLURRED_BELOW:
        yield "blurred"
    if 0 < measured.red_share < RED_BELOW:
        yield "blue_cast" if measured.blue_share > measured.green_share else "green_cast"
    if measured.contrast < FLAT_BELOW and measured.shadows > VEILED_ABOVE:
        yield "hazy"


def _brightness(small: Pixels) -> tuple[float, float, float]:
    """Return what 5, 50 and 95 % of the pixels are below."""
    grey = cv2.transform(small, np.full((1, 3), 1 / 3, dtype=np.float32))
    counts = np.cumsum(cv2.calcHist([grey], [0], None, [_LEVELS], [0, _LEVELS]).ravel())
    low, middle, high = np.searchsorted(counts, counts[-1] * np.array([0.05, 0.5, 0.95])) / (_LEVELS - 1)
    return float(low), float(middle), float(high)


def _sharpness(windows: Iterable[Pixels]) -> float | None:
    found = []
    for window in windows:
        whole = cv2.cvtColor(window, cv2.COLOR_RGB2GRAY)
        grey = cv2.resize(whole, (_SEEN_PX, _SEEN_PX), interpolation=cv2.INTER_AREA)
        texture = float(cv2.meanStdDev(grey)[1][0, 0])
        if texture >= _LEAST_TEXTURE:
            detail = cv2.norm(cv2.Laplacian(grey, cv2.CV_16S), cv2.NORM_L1) / grey.size
            found.append(detail / texture)
    return round(float(np.median(found)), _DIGITS) if found else None
