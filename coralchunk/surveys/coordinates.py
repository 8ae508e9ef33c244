"""Round coordinates to what they can mean."""

from typing import Final

_DIGITS: Final = 7  # of a degree: 1 cm on the ground, finer than any camera knows


def rounded_degrees(degrees: float | None) -> float | None:
    """Return a latitude or longitude in degrees without the digits that conversions leave behind."""
    return None if degrees is None else round(degrees, _DIGITS) + 0.0  # no -0.0
