"""Decode a JPEG that Pillow has opened directly into one array.

The decoder is libjpeg-turbo either way, and the pixels are the same to the bit; but Pillow copies them into
memory of its own, from where every piece has to be copied again.
"""

from typing import Final

import simplejpeg  # type: ignore[import-untyped]
from PIL import Image

from coralchunk.imaging.metered import Metered
from coralchunk.terms import Pixels

_FORMATS: Final = frozenset({"JPEG", "MPO"})


def jpeg_pixels(image: Image.Image, stream: Metered) -> Pixels | None:
    """Decode a JPEG of three colours, (H, W, 3) uint8, RGB, as stored.

    Returns None for what is none, and for one that is not in perfect order: Pillow then says what is wrong
    with it, or reads it nevertheless.

    image   opened, not loaded; its size was found acceptable
    stream  the whole file
    """
    if image.format not in _FORMATS or image.mode != "RGB":
        return None
    stream.seek(0)
    try:
        pixels: Pixels = simplejpeg.decode_jpeg(stream.read(), "RGB", strict=True)
    except ValueError:
        return None
    return pixels if pixels.shape == (image.height, image.width, 3) else None
