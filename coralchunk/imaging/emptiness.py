"""Find the pixels of a decoded file that hold nothing, by what the file says of them."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_HALF: Final = 128  # alpha below which more of a pixel is clear than not
_ROWS: Final = 512  # looked at, at a time
Indicator = Callable[[NDArray[Any]], NDArray[np.bool_]]  # (H, W) or (H, W, C) -> (H, W), whether it is empty


def take_emptiness(image: Image.Image, *, is_deep: bool) -> Image.Image | None:
    """Return where a loaded image is empty, and make it black there, so that it has no say in smaller copies.

    is_deep  whether its file has 16 bits a channel, in which a colour that means clear is told then

    Returns mode "L", 255 where nothing was seen and else 0; None if all was seen.
    """
    transparency = image.info.pop("transparency", None)
    if "A" in image.getbands() or "a" in image.getbands():
        alpha = image.getchannel(image.getbands()[-1])
        return blacken(image, alpha.point([255] * _HALF + [0] * (256 - _HALF)))
    if transparency is None:
        return None
    if image.mode == "P":
        return _of_palette(image, transparency)
    key = np.atleast_1d(np.array(transparency))
    if is_deep and image.mode == "RGB":
        key = key >> 8
    return blacken(image, indicated(image, lambda values: _equal(values, key)))


def blacken(image: Image.Image, empty: Image.Image) -> Image.Image | None:
    """Make an image black where it is empty. Returns `empty`, or None if that is nowhere."""
    if empty.getbbox() is None:
        return None
    bands = len(image.getbands())
    black: Any = (0,) * bands if bands > 1 else 0
    if image.mode == "CMYK":
        black = (0, 0, 0, 255)
    image.paste(black, (0, 0, *image.size), empty)
    return empty


def indicated(image: Image.Image, is_empty: Indicator) -> Image.Image:
    """Ask of each pixel whether it is empty. Returns mode "L", 255 where it is."""
    found = np.empty((image.height, image.width), dtype=np.uint8)
    for top in range(0, image.height, _ROWS):
        bottom = min(image.height, top + _ROWS)
        values = np.asarray(image.crop((0, top, image.width, bottom)))
        found[top:bottom] = np.where(is_empty(values), np.uint8(255), np.uint8(0))
    return Image.fromarray(found)


def _equal(values: NDArray[Any], key: NDArray[Any]) -> NDArray[np.bool_]:
    if values.ndim == 2:
        return np.asarray(values == key[0], dtype=np.bool_)
    return np.asarray((values == key[: values.shape[2]]).all(axis=2), dtype=np.bool_)


def _of_palette(image: Image.Image, transparency: int | bytes) -> Image.Image | None:
    if isinstance(transparency, int):
        clear = np.arange(256) == transparency
    else:
        clear = np.frombuffer(transparency[:256].ljust(256, b"\xff"), dtype=np.uint8) < _HALF
    empty = indicated(image, lambda indices: clear[indices])
    if empty.getbbox() is None:
        return None
    colours = (
        np.frombuffer(bytes(image.getpalette("RGB") or ()).ljust(768, b"\0"), dtype=np.uint8)
        .reshape(256, 3)
        .copy()
    )
    colours[clear] = 0
    image.putpalette(colours.tobytes(), "RGB")
    return empty
