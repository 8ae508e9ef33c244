"""Find the empty pixels of a decoded file, from the information in the file.

These are transparent pixels and those of a colour that means transparent; the mask of a TIFF; and the value
that GDAL writes for no data.
"""

from collections.abc import Callable
from typing import IO, Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from coralchunk.imaging.files.metered import Metered
from coralchunk.imaging.files.opening import Opened
from coralchunk.imaging.files.tiff import Pages, is_mask_of
from coralchunk.imaging.metadata.orientation import UPRIGHT
from coralchunk.imaging.metadata.tags import Directory
from coralchunk.imaging.pixels.filling import Empty

_HALF: Final = 128  # alpha below which more of a pixel is clear than not
_ROWS: Final = 512  # examined at a time
_GDAL_NODATA, _ORIENTATION, _PHOTOMETRIC = 42113, 0x0112, 262
_MAX_TEXT: Final = 64
_TURNS: Final = {  # orientation -> how Pillow turns a picture of it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
Indicator = Callable[[NDArray[Any]], NDArray[np.bool_]]  # (H, W) or (H, W, C) -> (H, W), whether it is empty


def emptiness(opened: Opened) -> Empty | None:
    """Return where a loaded image is empty; None if all was seen. Its transparency is taken out of `info`."""
    image = opened.image
    found = [_clear(image, is_deep=opened.png is not None and opened.png.depth == 16)]
    if opened.pages is not None:
        found += [_no_data(image, opened.pages.photo), _masked(opened.metered, opened.pages)]
    told = [empty for empty in found if empty is not None and empty.shape == (image.height, image.width)]
    return np.maximum.reduce(told) if any(empty.any() for empty in told) else None


def _clear(image: Image.Image, *, is_deep: bool) -> Empty | None:
    transparency = image.info.pop("transparency", None)
    if "A" in image.getbands() or "a" in image.getbands():
        alpha = image.getchannel(image.getbands()[-1])
        return _indicated(alpha, lambda values: values < _HALF)
    if transparency is None:
        return None
    if image.mode == "P":
        is_clear = _clear_colours(transparency)
        return _indicated(image, lambda indices: is_clear[indices])
    key = np.atleast_1d(np.array(transparency))
    # Pillow keeps the upper bytes of a colour with 16 bits a channel.
    return _indicated(image, _is_colour(key >> 8 if is_deep and image.mode == "RGB" else key))


def _clear_colours(transparency: int | bytes) -> NDArray[np.bool_]:
    if isinstance(transparency, int):
        return np.asarray(np.arange(256) == transparency, dtype=np.bool_)
    return np.frombuffer(transparency[:256].ljust(256, b"\xff"), dtype=np.uint8) < _HALF


def _is_colour(key: NDArray[Any]) -> Indicator:
    def is_it(values: NDArray[Any]) -> NDArray[np.bool_]:
        alike = values == key
        if values.ndim == 3:
            alike = np.logical_and.reduce(alike, axis=2)
        return np.asarray(alike, dtype=np.bool_)

    return is_it


def _no_data(image: Image.Image, page: Directory) -> Empty | None:
    """Compare with the value that GDAL writes into a tag as text: the same in all channels."""
    try:
        value = float(page.text(_GDAL_NODATA, _MAX_TEXT))
    except ValueError:
        return None
    if np.isnan(value):
        return _indicated(image, np.isnan) if image.mode == "F" else None
    if image.mode == "F":
        value = float(np.float32(value))
    if image.mode in {"YCbCr", "LAB"}:
        image = image.convert("RGB")
    is_deep = max(page.numbers(258) or (1,)) > 8 and not image.mode.startswith(("I", "F"))
    return _indicated(image, _is_colour(np.array([int(value) >> 8 if is_deep else value])))


def _masked(metered: Metered, pages: Pages) -> Empty | None:
    """Read the mask of a photo: any value but 0 where the photo has data."""
    mask = next((page for page in pages.every if is_mask_of(page, pages.photo)), None)
    if mask is None:
        return None
    # Pillow knows no transparency mask, but bits are read as black and white are.
    patches = [(0, mask.layout.pointing_at(pages.header, mask.place))]
    if _PHOTOMETRIC in mask.entries:
        patches.append((mask.entries[_PHOTOMETRIC].place, mask.layout.short(1)))
    stream = metered.patched(patches)
    stream.allow_pixels()
    with TiffImagePlugin.TiffImageFile(cast(IO[bytes], stream)) as image:
        image.load()
        seen = image if _ORIENTATION in mask.entries else _turned(image, pages.photo)
        return _indicated(seen, lambda values: values == 0)


def _turned(image: Image.Image, photo: Directory) -> Image.Image:
    turn = _TURNS.get(photo.number(_ORIENTATION, UPRIGHT))
    return image if turn is None else image.transpose(turn)


def _indicated(image: Image.Image, is_empty: Indicator) -> Empty:
    """Ask of each pixel whether it is empty."""
    found = np.empty((image.height, image.width), dtype=np.uint8)
    for top in range(0, image.height, _ROWS):
        bottom = min(image.height, top + _ROWS)
        values = np.asarray(image.crop((0, top, image.width, bottom)))
        np.multiply(is_empty(values), np.uint8(255), out=found[top:bottom], casting="unsafe")
    return found
