"""Truncate the network of a served model before its heads, so that it describes whole pictures.

The described picture is twice as large as a window. It is seen five times: as a whole, at half its size, and
in four quarters. The features of the whole, the mean features of the quarters, and the mean and spread of
red, green and blue make one row. A model's features may come from grey windows, hence the colours.
"""

from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, load_from_string, numpy_helper
from onnx.shape_inference import infer_shapes
from onnx.utils import Extractor

from coralchunk.errors.setup import BadModel
from coralchunk.imaging.scene import SCENE_NUMBERS
from coralchunk.inference.classifier import SCENE_INPUT, WINDOWS_INPUT
from coralchunk.inference.manifest import Manifest

FEATURES: Final = "picture/features"  # (1, D) float32, the output of the cut graph
COLOURS: Final = 6  # features that end each row: mean and spread of red, green and blue
_VIEWS: Final = "picture/views"
_LEAST_CHANNELS: Final = 32  # fewer make a picture, not a feature map
_SPATIAL: Final = frozenset({(2, 3), (-2, -1)})
_AXES_ARE_INPUT: Final = 18  # from this operator set on, ReduceMean takes its axes as an input


@dataclass(frozen=True, slots=True)
class Backbone:
    """A graph that turns `windows`, (1, side_px, side_px, 3) uint8, into FEATURES."""

    graph: ModelProto
    side_px: int
    name: str  # of the model that it was cut from, with its version
    resize: str  # how pictures are scaled to side_px, see inference.manifest


def cut_backbone(onnx: bytes, manifest: Manifest) -> Backbone:
    """Cut a model before its heads. Raises BadModel if it has no features that can be found."""
    model = load_from_string(onnx)
    name = f"{manifest.name} {manifest.version}"
    tensors = embedding_tensors(model, manifest)
    inputs = [WINDOWS_INPUT, SCENE_INPUT] if manifest.preprocessing.scene else [WINDOWS_INPUT]
    cut = Extractor(model).extract_model(inputs, tensors)
    opset = next(entry.version for entry in model.opset_import if not entry.domain)
    _wrap(cut.graph, tensors, manifest.preprocessing.input_px, opset)
    return Backbone(cut, 2 * manifest.preprocessing.input_px, name, "area")


def embedding_tensors(model: ModelProto, manifest: Manifest) -> list[str]:
    """Return the names of the tensors before the heads. Raises BadModel if none can be found."""
    tensors = list(manifest.embedding) or _poolings(model)
    made = {output for node in model.graph.node for output in node.output}
    if not tensors or not made.issuperset(tensors):
        raise BadModel(
            f"{manifest.name} {manifest.version} cannot be trained on: its graph lacks"
            f" {sorted(set(tensors) - made) or 'poolings'}."
            " Name the tensors before its heads in the manifest's `embedding`."
        )
    return tensors


def _poolings(model: ModelProto) -> list[str]:
    """Return the means of feature maps that do not depend on the scene; of a variance, its root."""
    graph = infer_shapes(model).graph
    shapes = {
        value.name: [size.dim_value for size in value.type.tensor_type.shape.dim]
        for value in graph.value_info
    }
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    scened, found = {SCENE_INPUT}, []
    for node in graph.node:
        if scened.intersection(node.input):
            scened.update(node.output)
            continue
        shape = shapes.get(node.input[0], []) if node.input else []
        if len(shape) == 4 and shape[1] >= _LEAST_CHANNELS and _is_pooling(node, constants):
            found.append(_root(graph, node.output[0]))
    return found


def _is_pooling(node: NodeProto, constants: dict[str, NDArray[Any]]) -> bool:
    if node.op_type == "GlobalAveragePool":
        return True
    if node.op_type != "ReduceMean":
        return False
    axes = [tuple(a.ints) for a in node.attribute if a.name == "axes"]
    if len(node.input) > 1 and node.input[1] in constants:
        axes.append(tuple(constants[node.input[1]].tolist()))
    return bool(_SPATIAL.intersection(axes))


def _root(graph: GraphProto, tensor: str) -> str:
    followers = [node for node in graph.node if tensor in node.input and node.op_type == "Sqrt"]
    return str(followers[0].output[0]) if followers else tensor


def _wrap(graph: GraphProto, tensors: list[str], window_px: int, opset: int) -> None:
    """Add the extraction of views before the backbone, and the combination of their features after it."""
    for node in graph.node:
        node.input[:] = [_VIEWS if name == WINDOWS_INPUT else name for name in node.input]
    wrapped = _Nodes(opset)
    wrapped.cut_views(window_px)
    if any(SCENE_INPUT in node.input for node in graph.node):
        wrapped.measure_scene()
    wrapped.nodes.extend(graph.node)
    wrapped.describe(tensors)
    del graph.node[:], graph.input[:], graph.output[:], graph.value_info[:]
    graph.node.extend(wrapped.nodes)
    graph.initializer.extend(wrapped.constants)
    side_px = 2 * window_px
    graph.input.append(
        helper.make_tensor_value_info(WINDOWS_INPUT, TensorProto.UINT8, [1, side_px, side_px, 3])
    )
    graph.output.append(helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, [1, None]))


class _Nodes:
    """The nodes around a backbone, in order."""

    def __init__(self, opset: int) -> None:
        self._opset: Final = opset
        self.nodes: Final[list[NodeProto]] = []
        self.constants: Final[list[TensorProto]] = []

    def cut_views(self, window_px: int) -> None:
        """Make one window of the whole picture at half its size, and one of each quarter."""
        floats = self._add("Cast", [WINDOWS_INPUT], to=TensorProto.FLOAT)
        self._planes = self._add("Transpose", [floats], perm=[0, 3, 1, 2])
        half = self._add("AveragePool", [self._planes], kernel_shape=[2, 2], strides=[2, 2])
        upright = self._add("Transpose", [half], perm=[0, 2, 3, 1])
        whole = self._add("Cast", [self._add("Round", [upright])], to=TensorProto.UINT8)
        corners = [(0, 0), (0, window_px), (window_px, 0), (window_px, window_px)]
        quarters = [
            self._slice(WINDOWS_INPUT, corner, (corner[0] + window_px, corner[1] + window_px), (1, 2))
            for corner in corners
        ]
        self._add("Concat", [whole, *quarters], to_name=_VIEWS, axis=0)

    def measure_scene(self) -> None:
        """Make the scene of the picture: the means and spreads of its colours, and zeros for the rest."""
        rest = self._constant(np.zeros((1, SCENE_NUMBERS - 6), np.float32))
        numbers = self._add("Concat", [*self._colours(), rest], axis=1)
        self._add("Reshape", [numbers, self._constant(np.array([-1], np.int64))], to_name=SCENE_INPUT)

    def describe(self, tensors: list[str]) -> None:
        """Make one row of the features of the views and of the picture's colours."""
        flat = [self._add("Flatten", [tensor], axis=1) for tensor in tensors]
        described = self._add("Concat", flat, axis=1)
        whole = self._slice(described, (0,), (1,), (0,))
        quarters = self._mean(self._slice(described, (1,), (5,), (0,)), [0], keeps=True)
        self._add("Concat", [whole, quarters, *self._colours()], to_name=FEATURES, axis=1)

    def _colours(self) -> list[str]:
        """Return the mean and the spread of the picture's red, green and blue, (1, 3) each."""
        colours = self._add("Mul", [self._planes, self._constant(np.float32(1 / 255))])
        mean = self._mean(colours, [2, 3], keeps=True)
        off = self._add("Sub", [colours, mean])
        variance = self._mean(self._add("Mul", [off, off]), [2, 3], keeps=False)
        return [self._add("Flatten", [mean], axis=1), self._add("Sqrt", [variance])]

    def _add(
        self, kind: str, inputs: list[str], to_name: str | None = None, **attributes: int | list[int]
    ) -> str:
        name = to_name or f"picture/{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **cast(Any, attributes)))
        return name

    def _slice(self, tensor: str, begin: tuple[int, ...], end: tuple[int, ...], axes: tuple[int, ...]) -> str:
        bounds = [self._constant(np.array(values, np.int64)) for values in (begin, end, axes)]
        return self._add("Slice", [tensor, *bounds])

    def _mean(self, tensor: str, axes: list[int], *, keeps: bool) -> str:
        if self._opset < _AXES_ARE_INPUT:
            return self._add("ReduceMean", [tensor], axes=axes, keepdims=int(keeps))
        constant = self._constant(np.array(axes, np.int64))
        return self._add("ReduceMean", [tensor, constant], keepdims=int(keeps))

    def _constant(self, value: NDArray[Any] | np.float32) -> str:
        name = f"picture/constant {len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name
