"""Round coordinates to what they can mean, and find the middle of several."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

_DIGITS: Final = 7  # of a degree: 1 cm on the ground, finer than any camera knows


def rounded_degrees(degrees: float | None) -> float | None:
    """Return a latitude or longitude in degrees without the digits that conversions leave behind."""
    return None if degrees is None else round(degrees, _DIGITS) + 0.0  # no -0.0


def middle(positions: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the median position, so that one wrong one does not matter; None without any.

    positions  latitude and longitude in degrees; they may lie on both sides of the date line
    """
    if not positions:
        return None
    first = positions[0][1]
    # Degrees east of the first, -180 to 180: across the date line these are near to each other.
    east = median(math.remainder(longitude - first, 360) for _, longitude in positions)
    latitude = median(latitude for latitude, _ in positions)
    return round(latitude, _DIGITS) + 0.0, round(math.remainder(first + east, 360), _DIGITS) + 0.0
