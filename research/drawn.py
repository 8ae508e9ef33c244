"""Classify photos that were drawn, chunk by chunk, as the server does."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from coralchunk.imaging.grid import columns, grid
from coralchunk.imaging.scene import scene
from coralchunk.imaging.windows import windows
from coralchunk.inference.classifier import SCENE_INPUT, WINDOWS_INPUT, scaled
from coralchunk.science.neighbours import Neighbourhood, refined
from coralchunk.terms import Size
from research.heads import Scores
from research.packing import SERVED
from research.pixels import read_photo
from research.served import opened


def classify_photos(graph: bytes, photos: Iterable[Path], how: Neighbourhood) -> Scores:
    """Return the probabilities of all chunks of all photos, (N, 3), refined by their neighbours."""
    session, found = opened(graph), []
    for path in photos:
        photo = read_photo(path)
        size = Size(photo.shape[1], photo.shape[0])
        around = scene(photo)
        said = [
            session.run(["probabilities"], {WINDOWS_INPUT: one[np.newaxis], SCENE_INPUT: around})[0][0]
            for one in scaled(list(windows(photo, grid(size))), SERVED)
        ]
        found.append(refined(np.array(said), columns(size), how))
    return np.concatenate(found).astype(np.float64)
