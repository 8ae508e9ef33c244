"""The plain design's task: one chunk in, one prediction out. Loaded by RQ's forked processes, by name.

Written as a straightforward reading of the task gives it: everything a chunk needs, from the session on, is
set up inside the job.
"""

from io import BytesIO

import numpy as np
from PIL import Image

from bench.model import judged, load
from coralchunk.imaging.grid import grid
from coralchunk.terms import Size


def classify_chunk(png: bytes) -> list[float]:
    """Judge one window, sent as a PNG."""
    with Image.open(BytesIO(png)) as image:
        pixels = np.asarray(image.convert("RGB"))
    plain = load()
    window = grid(Size(pixels.shape[1], pixels.shape[0]))
    return [float(one) for one in judged(plain, pixels, window)[0]]
