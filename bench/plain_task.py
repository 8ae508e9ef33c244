"""Define the task of the simple design, which RQ's forked processes load by name.

The most straightforward implementation: everything that a chunk needs, including the session, is set up
inside the job.
"""

from io import BytesIO

import numpy as np
from PIL import Image

from bench.model import load


def classify_chunk(png: bytes, scene: list[float]) -> list[float]:
    """Classify one window, sent as a PNG with what the model wants to know of its photo."""
    with Image.open(BytesIO(png)) as image:
        pixels = np.asarray(image.convert("RGB"))
    plain = load()
    feeds = plain.feeds(np.array(scene, dtype=np.float32), pixels[np.newaxis])
    return [float(one) for one in plain.run(feeds)[0]]
