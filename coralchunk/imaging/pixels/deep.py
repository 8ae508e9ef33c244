"""Scale grey images of more than 8 bits, or of floats, to 8 bits."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from coralchunk.imaging.pixels.filling import Empty

Values = NDArray[Any]  # (H, W), regardless of the file

DEEP: Final = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})
_ROWS: Final = 256  # scaled at a time
_NEARLY_ONE: Final = 2.0  # reflectance exceeds 1 where light is reflected into the lens


def eight_bit(image: Image.Image, empty: Empty | None = None) -> Image.Image:
    """Return a loaded image with 8 bits a channel; one that has them as it is.

    16 bits keep their upper byte. What has 32 bits is taken as 0 to 255 or 0 to 65535 if it fits in there,
    floats also as 0 to 1; anything else is stretched from its least to its greatest value.

    empty  where nothing was seen: those values do not count
    """
    if image.mode not in DEEP:
        return image
    if image.mode.startswith("I;16"):
        offset, scale = 0.0, 1 / 256
    else:
        offset, scale = _range(image, empty)
    shallow = np.empty((image.height, image.width), dtype=np.uint8)
    for rows, values in _bands(image):
        scaled = (np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0) - offset) * scale
        # Bytes stay unchanged; the upper byte of 16 bits is not rounded either.
        shallow[rows] = np.clip(scaled if scale < 1 else np.rint(scaled), 0, 255)
    return Image.fromarray(shallow)


def _range(image: Image.Image, empty: Empty | None) -> tuple[float, float]:
    """Return what to subtract and what to multiply by."""
    least, greatest = np.inf, -np.inf
    for rows, values in _bands(image):
        seen = np.isfinite(values)
        if empty is not None:
            seen &= empty[rows] == 0
        if seen.any():
            least, greatest = min(least, values[seen].min()), max(greatest, values[seen].max())
    if least > greatest:
        return 0.0, 1.0
    if least >= 0 and greatest <= _NEARLY_ONE and image.mode == "F":
        return 0.0, 255.0
    if least >= 0 and greatest <= 255:
        return 0.0, 1.0
    if least >= 0 and greatest <= 65535:
        return 0.0, 1 / 256
    return float(least), 255 / max(float(greatest - least), 1e-12)


def _bands(image: Image.Image) -> Iterator[tuple[slice, Values]]:
    for top in range(0, image.height, _ROWS):
        bottom = min(image.height, top + _ROWS)
        yield slice(top, bottom), np.asarray(image.crop((0, top, image.width, bottom)))
