"""Measure the white balance of a photo from the patches of the colour card in it."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels
from coralchunk.imaging.card.finding import FoundCard
from coralchunk.imaging.card.layout import Colour, Patch, patches

_INNER: Final = 0.5  # of a patch's side: its edge is blurred into the paper
_SAMPLE_PX: Final = 8
_CLIPPED_ABOVE: Final = 250
_BLACK_BELOW: Final = 6
_LEAST_GREYS: Final = 4

Linear = NDArray[np.float64]  # (..., 3), light, 0 to 1


@dataclass(frozen=True, slots=True)
class WhiteBalance:
    """Factors of the light of each channel that make the card's greys grey; green is 1."""

    red: float
    green: float
    blue: float
    #: Mean distance of the coloured patches from their printed colours, CIELAB (CIE 1976), and the same after
    #: the correction; None if they were covered.
    colour_error: tuple[float, float] | None


def white_balance(picture: Pixels, card: FoundCard) -> WhiteBalance | None:
    """Measure the white balance; None if fewer than four greys are seen neither black nor clipped.

    picture  (H, W, 3) uint8, RGB: where the card was found
    """
    seen = [(patch, colour) for patch in patches() if (colour := _colour(picture, card, patch)) is not None]
    greys = [linear(colour) for patch, colour in seen if patch.is_grey]
    if len(greys) < _LEAST_GREYS:
        return None
    ratios = np.median([grey[1] / grey for grey in greys], axis=0)
    printed = [(patch.colour, linear(colour)) for patch, colour in seen if not patch.is_grey]
    return WhiteBalance(
        red=round(float(ratios[0]), 3),
        green=1.0,
        blue=round(float(ratios[2]), 3),
        colour_error=_errors(printed, _exposure(seen), ratios) if printed else None,
    )


def _exposure(seen: list[tuple[Patch, NDArray[np.float64]]]) -> float:
    """Return the exposure: light of the printed greys over that of the seen ones, in green."""
    return float(
        np.median(
            [
                linear(np.array(patch.colour, dtype=np.float64))[1] / linear(colour)[1]
                for patch, colour in seen
                if patch.is_grey
            ]
        )
    )


def linear(srgb: NDArray[np.float64]) -> Linear:
    """Return the light of sRGB values from 0 to 255 (IEC 61966-2-1)."""
    value = srgb / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _colour(picture: Pixels, card: FoundCard, patch: Patch) -> NDArray[np.float64] | None:
    """Return the colour of a patch, 0 to 255; None if it is outside, clipped, black or partly covered."""
    margin = patch.side_mm * (1 - _INNER) / 2
    steps = np.linspace(margin, patch.side_mm - margin, _SAMPLE_PX)
    grid = np.stack(np.meshgrid(patch.left_mm + steps, patch.top_mm + steps), axis=-1).reshape(-1, 2)
    places = card.place(grid).astype(np.float32)
    height, width = picture.shape[:2]
    if (places < 0).any() or (places > (width - 1, height - 1)).any():
        return None
    pixels = cv2.remap(picture, places[:, :1], places[:, 1:], cv2.INTER_LINEAR).reshape(-1, 3)
    colour = np.median(pixels, axis=0).astype(np.float64)
    spread = np.abs(pixels - colour).mean()
    is_exposed = colour.min() >= _BLACK_BELOW and colour.max() <= _CLIPPED_ABOVE
    return colour if is_exposed and spread <= _most_spread(colour) else None


def _most_spread(colour: NDArray[np.float64]) -> float:
    """Return the most by which the pixels of a patch differ: noise and uneven light, not a hand over it."""
    return 6.0 + 0.06 * float(colour.max())


def _errors(
    printed: list[tuple[Colour, Linear]], exposure: float, ratios: NDArray[np.float64]
) -> tuple[float, float]:
    wanted = _lab(linear(np.array([colour for colour, _ in printed], dtype=np.float64)))
    light = np.array([light for _, light in printed]) * exposure
    before, after = (
        float(np.linalg.norm(_lab(values) - wanted, axis=1).mean()) for values in (light, light * ratios)
    )
    return round(before, 1), round(after, 1)


def _lab(light: Linear) -> NDArray[np.float64]:
    light = np.clip(light, 0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    lab = cv2.cvtColor(encoded.astype(np.float32)[np.newaxis], cv2.COLOR_RGB2LAB)[0]
    return np.asarray(lab, dtype=np.float64)
