"""Lay the colour card into photos, as a camera would see it."""

import cv2
import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.imaging.card.layout import CARD_MM, draw

_DRAWN_PX_PER_MM = 4.0
_FOCAL = 0.9  # of the photo's width


def with_card(
    photo: Pixels,
    px_per_cm: float,
    centre: tuple[float, float],
    *,
    tilt_degrees: float = 0,
    turn_degrees: float = 0,
) -> tuple[Pixels, np.ndarray]:
    """Return the photo with the card in it, and the corners of the card, (4, 2) px.

    tilt_degrees  about the vertical axis
    turn_degrees  in the plane of the card
    """
    height, width = photo.shape[:2]
    turn, tilt = np.radians(turn_degrees), np.radians(tilt_degrees)
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * CARD_MM - np.array(CARD_MM) / 2
    turned = corners @ np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    focal_px = _FOCAL * width
    depth_mm = focal_px / (px_per_cm / 10) + turned[:, 0] * np.sin(tilt)
    seen = focal_px * np.stack([turned[:, 0] * np.cos(tilt), turned[:, 1]], axis=1) / depth_mm[:, np.newaxis]
    placed = (seen + centre).astype(np.float32)
    card = draw(_DRAWN_PX_PER_MM)
    high, wide = card.shape[:2]
    plane = cv2.getPerspectiveTransform(
        np.array([(0, 0), (wide, 0), (wide, high), (0, high)], dtype=np.float32) - np.float32(0.5), placed
    )
    shrunk = cv2.GaussianBlur(card, (0, 0), max(0.1, 0.4 * 10 * _DRAWN_PX_PER_MM / px_per_cm))
    laid = cv2.warpPerspective(shrunk, plane, (width, height))
    where = cv2.warpPerspective(np.full((high, wide), 255, dtype=np.uint8), plane, (width, height))
    return np.where(where[..., np.newaxis] > 127, laid, photo), placed


def cast(photo: Pixels, red: float, green: float, blue: float) -> Pixels:
    """Return the photo with its linear light multiplied."""
    value = photo / 255
    light = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    light = np.clip(light * (red, green, blue), 0, 1)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)
