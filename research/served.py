"""Build the graph that is served from a trained network, its decisions and their calibration."""

import io
from typing import Final

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from coralchunk.imaging.scene import SCENE_NUMBERS
from research.arrange import arrange
from research.calibration import Scaling
from research.fit import Recipe
from research.folds import Trained
from research.limits import STEEPNESS
from research.network import standardised
from research.packed import Packed
from research.quantise import Feeds, quantise

#: `texture` describes a window by the 640 numbers on which other classifiers are trained.
OUTPUTS: Final = ("probabilities", "texture", "distance")
_OPSET: Final = 17
_RANGE_ROWS: Final = 60  # patches that activations' ranges are taken from; held in memory at once
_PARITY: Final = 1e-3  # largest difference of a probability between torch and ONNX Runtime


class ParityLost(RuntimeError):
    """Two forms of one graph disagree more than they may."""


class Served(nn.Module):
    """Turn windows and the statistics of their photo into probabilities, texture and distance."""

    def __init__(self, trained: Trained, scaling: Scaling, far: float) -> None:
        super().__init__()
        self.network = trained.network
        self.temperature, self.far = scaling.temperature, far
        decisions, known = trained.decisions, trained.known
        for name, values in {
            "middle": decisions.middle,
            "spread": decisions.spread,
            "weights": decisions.weights,
            "bias": decisions.bias,
            "shift": np.array(scaling.shift),
            "texture": known.middle,
            "directions": known.directions,
            "examples": known.examples,
        }.items():
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32))

    def forward(self, windows: Tensor, scene: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Classify (N, side, side, 3) uint8 windows of a photo with the statistics `scene` (28,)."""
        rgb = windows.permute(0, 3, 1, 2).float() / 255
        features = self.network.features(standardised(rgb, scene), rgb, scene)
        embedding = (features - self.middle) / self.spread
        coral, pale = (embedding @ self.weights + self.bias).unbind(dim=1)
        # Exported, logsigmoid would be the logarithm of 0 for very low odds; softplus stays finite.
        yes, no = -functional.softplus(-coral), -functional.softplus(coral)
        split = -functional.softplus(-pale), -functional.softplus(pale)
        logits = torch.stack([yes + split[0], yes + split[1], no], dim=1)
        sharp = torch.softmax(logits / self.temperature + self.shift, dim=1)
        distance = self._distance(features[:, : self.network.texture])
        fade = torch.sigmoid(STEEPNESS * (distance / self.far - 1))[:, None]
        return (1 - fade) * sharp + fade / 3, embedding[:, : self.network.texture], distance

    def _distance(self, texture: Tensor) -> Tensor:
        placed = (texture - self.texture) @ self.directions
        gaps = (placed[:, None, :] - self.examples[None]).square().sum(dim=2)
        return gaps.amin(dim=1).sqrt()


def export(served: Served, recipe: Recipe, packed: Packed) -> tuple[bytes, bytes]:
    """Export the float and the int8 graph. Raises ParityLost where torch and ONNX Runtime disagree."""
    graph = _to_onnx(served.eval(), recipe.input_px)
    rows = np.arange(0, len(packed.photo), max(1, len(packed.photo) // _RANGE_ROWS))
    feeds = [_feed(packed, row) for row in rows]
    with torch.inference_mode():
        expected = [served(*(torch.from_numpy(part) for part in one.values()))[0].numpy() for one in feeds]
    session = opened(graph)
    found = [session.run(["probabilities"], one)[0] for one in feeds]
    gap = max(float(np.abs(one - other).max()) for one, other in zip(expected, found, strict=True))
    if gap > _PARITY:
        raise ParityLost(f"torch and ONNX Runtime differ by {gap:.4f}, over {_PARITY}")
    return graph, arrange(quantise(graph, feeds), served.temperature, served.far)


def opened(graph: bytes) -> ort.InferenceSession:
    """Open a graph on one core, with exact int8 sums on every processor."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", "1")
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def run(graph: bytes, packed: Packed, rows: NDArray[np.int64]) -> tuple[NDArray[np.float64], ...]:
    """Run a graph over patches one by one: probabilities, textures and distances."""
    session = opened(graph)
    found = [session.run(list(OUTPUTS), _feed(packed, row)) for row in rows]
    return tuple(np.concatenate(part).astype(np.float64) for part in zip(*found, strict=True))


def _feed(packed: Packed, row: int) -> Feeds:
    return {"windows": packed.served[row : row + 1], "scene": packed.scenes[packed.photo[row]]}


def _to_onnx(served: Served, side_px: int) -> bytes:
    stored = io.BytesIO()
    torch.onnx.export(
        served,
        (torch.zeros(1, side_px, side_px, 3, dtype=torch.uint8), torch.linspace(0, 1, SCENE_NUMBERS)),
        stored,
        dynamo=False,
        opset_version=_OPSET,
        input_names=["windows", "scene"],
        output_names=list(OUTPUTS),
        dynamic_axes={name: {0: "n"} for name in ("windows", *OUTPUTS)},
    )
    return stored.getvalue()
