"""Extract the features of samples, with the graph that is later served."""

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import nn

from coralchunk.imaging.scene import scene
from coralchunk.inference.classifier import scaled
from coralchunk.inference.manifest import Preprocessing
from coralchunk.terms import Pixels
from research.augment import Sample, augment
from research.network import SCENE

Rows = NDArray[np.float32]
Inputs = tuple[Pixels, Rows]  # (1, input_px, input_px, 3) and (28,)
SERVED: Final = Preprocessing(input_px=160, resize="linear", scene=True)
_OPSET: Final = 17


def to_onnx(module: nn.Module, outputs: Sequence[str]) -> bytes:
    """Export a module of windows and scene."""
    stored = io.BytesIO()
    windows = torch.zeros(1, SERVED.input_px, SERVED.input_px, 3, dtype=torch.uint8)
    torch.onnx.export(
        module.eval(),
        (windows, torch.linspace(0, 1, SCENE)),
        stored,
        dynamo=False,
        opset_version=_OPSET,
        input_names=["windows", "scene"],
        output_names=list(outputs),
        dynamic_axes={"windows": {0: "n"}, **{name: {0: "n"} for name in outputs}},
    )
    return stored.getvalue()


def session(graph: bytes) -> ort.InferenceSession:
    """Open a graph on one core."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def as_taken(samples: Sequence[Sample]) -> Iterator[Inputs]:
    """Give what the served graph would get."""
    known: dict[int, Rows] = {}
    for sample in samples:
        if id(sample.photo) not in known:
            known[id(sample.photo)] = scene(sample.photo)
        yield scaled(sample.window, SERVED), known[id(sample.photo)]


def as_single(samples: Sequence[Sample]) -> Iterator[Inputs]:
    """Give what the served graph would get if each window were a whole photo."""
    return (_inputs(sample.window, sample.window) for sample in samples)


def varied(samples: Sequence[Sample], random: np.random.Generator) -> Iterator[Inputs]:
    """Give one augmented variant of each sample."""
    return (_inputs(*augment(sample, random)) for sample in samples)


def rows(graph: bytes, inputs: Iterator[Inputs], cores: int = 2) -> Rows:
    """Run a graph over inputs, one by one, in their order."""
    opened = session(graph)

    def run(one: Inputs) -> Rows:
        return opened.run(None, {"windows": one[0], "scene": one[1]})[0][0]

    with ThreadPoolExecutor(cores) as workers:
        return np.stack(list(workers.map(run, inputs)))


def _inputs(window: Pixels, photo: Pixels) -> Inputs:
    return scaled(window, SERVED), scene(np.ascontiguousarray(photo))
