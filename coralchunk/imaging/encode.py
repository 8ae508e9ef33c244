"""A picture -> PNG bytes for a phone."""

from io import BytesIO
from typing import Final

from PIL import Image

from coralchunk.terms import Pixels

_COLOURS: Final = 256
_FASTEST: Final = 1  # zlib's level; 6 takes four times as long for 14 % fewer bytes


def png(picture: Pixels) -> bytes:
    """Encode a picture with a palette of its own 256 colours, without any metadata.

    For a reef photo of 2048 px that is 1.2 MB in 100 ms, where true colour takes 4.5 MB and 310 ms (measured
    on one core); the colours are off by 3 of 255 on average, which shows only as faint steps in smooth water.

    picture  (H, W, 3) uint8, RGB
    """
    # An octree is the one method here that neither dithers (which compresses badly) nor takes seconds.
    few = Image.fromarray(picture).quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    content = BytesIO()
    few.save(content, "PNG", compress_level=_FASTEST)
    return content.getvalue()
