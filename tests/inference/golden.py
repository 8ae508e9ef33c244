"""Record what each bundled model answered for drawn windows when it was built.

`python -m tests.inference.golden` writes golden.json again: only for a new model, and review the difference.
"""

import json
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from coralchunk.arrays import Pixels, Windows
from coralchunk.imaging.scene import Scene, scene
from coralchunk.inference.classifier import Classifier
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.terms import CHUNK_PX

EXPECTED: Final = Path(__file__).with_name("golden.json")
REPOSITORY: Final = Path(__file__).parents[2] / "models"
PALE: Final = (214, 224, 196)
BROWN: Final = (104, 96, 38)
ROCK: Final = (70, 74, 40)


def photo() -> Pixels:
    """Draw a reef in green water: a pale and a brown brain coral, dark rock, sand, open water, a plate."""
    random = np.random.default_rng(5)
    tiles = [
        _ridges(random, PALE),
        _ridges(random, BROWN),
        _grain(random, ROCK, 40),
        _grain(random, (150, 150, 96), 12),
        _grain(random, (40, 120, 110), 2),
        np.full((CHUNK_PX, CHUNK_PX, 3), 128, dtype=np.uint8),
    ]
    return np.vstack([np.hstack(tiles[:3]), np.hstack(tiles[3:])])


def windows() -> Windows:
    """Cut the six windows of the drawn reef."""
    drawn = photo()
    places = [(row * CHUNK_PX, column * CHUNK_PX) for row in range(2) for column in range(3)]
    return np.stack([drawn[y : y + CHUNK_PX, x : x + CHUNK_PX] for y, x in places])


def surroundings() -> Scene:
    """Measure the drawn reef."""
    return scene(photo())


def classifier() -> Classifier:
    """Load the default model."""
    repository = ModelRepository(REPOSITORY, REPOSITORY / "none-installed")
    listed = repository.find()
    return Classifier(repository.onnx(listed), repository.manifest(listed))


def _ridges(random: np.random.Generator, colour: tuple[int, int, int]) -> Pixels:
    """Draw the winding valleys of a brain coral."""
    noise = cv2.GaussianBlur(random.normal(size=(CHUNK_PX, CHUNK_PX)), (0, 0), 6)
    ridge = np.cos(noise / noise.std() * 4) * 0.22 + 0.86
    shade = ridge[..., np.newaxis] * np.array(colour) + random.normal(0, 5, (CHUNK_PX, CHUNK_PX, 1))
    return np.clip(shade, 0, 255).astype(np.uint8)


def _grain(random: np.random.Generator, colour: tuple[int, int, int], strength: float) -> Pixels:
    coarse = random.normal(0, strength, (CHUNK_PX // 4, CHUNK_PX // 4)).astype(np.float32)
    grain = cv2.resize(coarse, (CHUNK_PX, CHUNK_PX), interpolation=cv2.INTER_LINEAR)[..., np.newaxis]
    return np.clip(grain + np.array(colour), 0, 255).astype(np.uint8)


def main() -> None:
    """Write down what the default model says."""
    classify = classifier()
    said = classify.probabilities(windows(), surroundings()).astype(float).round(4).tolist()
    single = [
        classify.probabilities(window[np.newaxis], scene(window))[0].astype(float).round(4).tolist()
        for window in windows()
    ]
    found = {"sha256": classify.manifest.sha256, "in their photo": said, "alone": single}
    EXPECTED.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
