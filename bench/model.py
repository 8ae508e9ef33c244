"""Run the bundled model without the server: plain ONNX Runtime on prepared chunks."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any, Final

import numpy as np
import onnxruntime as ort

from coralchunk.arrays import Pixels, Probabilities
from coralchunk.assets import folder
from coralchunk.imaging.decoding.decode import decode, open_halved, open_photo
from coralchunk.imaging.decoding.header import read_header
from coralchunk.imaging.grid import grid
from coralchunk.imaging.halved import ClassifiedPhoto, may_halve
from coralchunk.imaging.scene import Scene
from coralchunk.inference.classifier import OUTPUT, SCENE_INPUT, WINDOWS_INPUT, scaled
from coralchunk.inference.manifest import Manifest
from coralchunk.pipeline.steps.measured_model import refined_as_stated
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.terms import Chunk, Size

MAX_PIXELS: Final = 120_000_000
MAX_SIDE: Final = 2048  # of the picture, as the server has it by default
Feeds = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plain:
    """A session and what its manifest says."""

    session: ort.InferenceSession
    manifest: Manifest

    def feeds(self, seen: Scene, cut: Iterable[Pixels]) -> list[Feeds]:
        """Return the network's inputs for the windows of a photo whose scene was measured."""
        how, step = self.manifest.preprocessing, self.manifest.at_once
        extra = {SCENE_INPUT: seen} if how.scene else {}
        ready = scaled(list(cut), how)
        return [{WINDOWS_INPUT: ready[at : at + step], **extra} for at in range(0, len(ready), step)]

    def run(self, feeds: list[Feeds]) -> Probabilities:
        """Classify inputs, as many windows at once as the server does. Returns (N, 3) float32."""
        rows = [self.session.run([OUTPUT], feed)[0] for feed in feeds]
        return np.concatenate(rows, dtype=np.float32).reshape(-1, 3)


def load(threads: int | None = 1) -> Plain:
    """Load the bundled model. `threads` None: as many as ONNX Runtime likes."""
    bundled = folder("models")
    repository = ModelRepository(bundled, bundled / "none-installed")
    listed = repository.find()
    options = ort.SessionOptions()
    options.log_severity_level = 3
    if threads is not None:
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
    session = ort.InferenceSession(repository.onnx(listed), options, providers=["CPUExecutionProvider"])
    return Plain(session, repository.manifest(listed))


@cache
def _bundled() -> Manifest:
    bundled = folder("models")
    repository = ModelRepository(bundled, bundled / "none-installed")
    return repository.manifest(repository.find())


def refined_as_served(found: Probabilities, size: Size) -> Probabilities:
    """Refine the probabilities of all chunks of a photo by their neighbours, as the server does."""
    return refined_as_stated(found, size, _bundled())


def opened_as_served(plain: Plain, jpeg: bytes, max_side: int = MAX_SIDE) -> ClassifiedPhoto:
    """Decode a photo as the workers of the server do."""
    size = read_header(BytesIO(jpeg), MAX_PIXELS).size
    is_halved = may_halve(size, plain.manifest.preprocessing.input_px, max_side)
    return (open_halved if is_halved else open_photo)(BytesIO(jpeg), MAX_PIXELS)


def opened(jpeg: bytes) -> tuple[Pixels, list[Chunk]]:
    """Decode a photo and lay the grid over it."""
    photo = decode(BytesIO(jpeg), MAX_PIXELS)
    return photo, grid(Size(photo.shape[1], photo.shape[0]))


def classified(plain: Plain, photo: ClassifiedPhoto, chunks: list[Chunk]) -> Probabilities:
    """Classify chunks of a photo."""
    return plain.run(plain.feeds(photo.scene, photo.windows(chunks)))
