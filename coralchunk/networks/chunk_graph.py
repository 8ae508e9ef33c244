"""Turn a network that classifies pictures into one that classifies chunks, as the models of this server do.

Its preprocessing, and the mapping of its labels to bleached, healthy and not coral, become part of the graph.
So it is loaded, cached and run like any other model.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnx
from onnx import GraphProto, TensorProto, compose, helper, numpy_helper

from coralchunk.errors.networks import BadNetwork
from coralchunk.inference.classifier import OUTPUT, WINDOWS_INPUT
from coralchunk.networks.feeding import Recipe
from coralchunk.networks.preprocessing import ColorChannels, DataType, ImagePreprocessing
from coralchunk.networks.tensors import Mean, axes_of, fitted_mean
from coralchunk.terms import CLASSES, State

_NETWORK: Final = "network/"  # before every name of the network, so that none meets one of ours
_OLDEST_OPSET: Final = 8  # in which Max and Min take tensors of different shapes
_SMALLEST: Final = 1e-7  # added to each probability, so that their sum is never 0
_GREY: Final = (0.299, 0.587, 0.114)  # ITU-R BT.601, as OpenCV has it
_INTEGERS: Final = {DataType.UINT8: (0, 255), DataType.INT8: (-128, 127)}


def chunk_graph(content: bytes, recipe: Recipe, output: str, states: Sequence[State]) -> bytes:
    """Return an ONNX file that takes one window and gives its probabilities in the order of CLASSES.

    content  the network's ONNX file
    recipe   how it is fed: by one square picture
    output   the tensor with a score for each of its labels
    states   what each label means, in the order of the scores; scores of one state are added up

    Raises BadNetwork.
    """
    how = square_picture(recipe)
    if output not in recipe.graph.output_names:
        raise BadNetwork(f"it has no output {output!r}; it has: {', '.join(recipe.graph.output_names)}")
    model = compose.add_prefix(onnx.load_model_from_string(content), _NETWORK)
    opset = max((one.version for one in model.opset_import if one.domain in {"", "ai.onnx"}), default=0)
    if opset < _OLDEST_OPSET:
        raise BadNetwork(
            f"its operators are of version {opset}; export it with opset {_OLDEST_OPSET} or later"
        )
    graph = _Chain(model.graph)
    _prepare(graph, recipe, how)
    _map(graph, f"{_NETWORK}{output}", states)
    return bytes(model.SerializeToString())


def square_picture(recipe: Recipe) -> ImagePreprocessing:
    """Return how the one picture of a network is prepared. Raises BadNetwork if chunks do not fit it."""
    (first, *others) = recipe.preprocessing.inputs
    if others or first.image is None:
        raise BadNetwork("for chunks it must take one picture and nothing else")
    size = first.image.size
    if size.width != size.height or not 32 <= size.width <= 1024:
        raise BadNetwork(
            f"for chunks it must take squares of 32 to 1024 pixels, not {size.width} x {size.height}"
        )
    return first.image


class _Chain:
    """Nodes that are put before and behind a graph, one after another."""

    def __init__(self, graph: GraphProto) -> None:
        self.graph: Final = graph
        self._count = 0

    def constant(self, values: Any, dtype: Any = np.float32) -> str:  # noqa: ANN401 - what NumPy takes
        """Add a constant. Returns its name."""
        name = self._name()
        self.graph.initializer.append(numpy_helper.from_array(np.array(values, dtype=dtype), name))
        return name

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:  # noqa: ANN401
        """Add a node at the end of the graph. Returns the name of its output."""
        output = output or self._name()
        self.graph.node.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def _name(self) -> str:
        self._count += 1
        return f"chunk/{self._count}"


def _prepare(chain: _Chain, recipe: Recipe, how: ImagePreprocessing) -> None:
    graph, network = chain.graph, list(chain.graph.node)
    del graph.node[:]
    target = f"{_NETWORK}{recipe.preprocessing.inputs[0].tensor_name}"
    place = chain.node("Cast", WINDOWS_INPUT, to=TensorProto.FLOAT)
    place = _channels(chain, place, how.color_channels)
    if how.pixel_scaling != 255.0:
        place = chain.node("Mul", place, chain.constant(how.pixel_scaling / 255.0))
    if how.mean_file:
        place = chain.node("Sub", place, chain.constant(_mean(recipe.means[how.mean_file], how)))
    place = chain.node("Transpose", place, perm=[0, *(axis + 1 for axis in axes_of(how.dimension_order))])
    (taken,) = (tensor for tensor in graph.input if tensor.name == target)
    sides = [how.size.height, how.size.width, how.color_channels.depth]
    if len(taken.type.tensor_type.shape.dim) == 3:
        shape = [sides[axis] for axis in axes_of(how.dimension_order)]
        place = chain.node("Reshape", place, chain.constant(shape, np.int64))
    place = _typed(chain, place, how.data_type)
    chain.node("Identity", place, output=target)
    graph.node.extend(network)
    graph.input.remove(taken)
    window = [1, how.size.height, how.size.width, 3]
    graph.input.append(helper.make_tensor_value_info(WINDOWS_INPUT, TensorProto.UINT8, window))


def _map(chain: _Chain, output: str, states: Sequence[State]) -> None:
    mapping = np.zeros((len(states), len(CLASSES)), dtype=np.float32)
    for row, state in enumerate(states):
        mapping[row, CLASSES.index(state)] = 1
    place = chain.node("Cast", output, to=TensorProto.FLOAT)
    place = chain.node("Reshape", place, chain.constant([1, len(states)], np.int64))
    place = chain.node("MatMul", place, chain.constant(mapping))
    place = chain.node("Add", chain.node("Max", place, chain.constant(0.0)), chain.constant(_SMALLEST))
    total = chain.node("MatMul", place, chain.constant(np.ones((len(CLASSES), 1))))
    chain.node("Div", place, total, output=OUTPUT)
    del chain.graph.output[:]
    chain.graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, len(CLASSES)]))


def _channels(chain: _Chain, place: str, channels: ColorChannels) -> str:
    if channels is ColorChannels.BGR:
        return chain.node("Gather", place, chain.constant([2, 1, 0], np.int64), axis=3)
    if channels is ColorChannels.L:
        grey = chain.node("MatMul", place, chain.constant(np.reshape(_GREY, (3, 1))))
        return chain.node("Floor", chain.node("Add", grey, chain.constant(0.5)))
    return place


def _mean(mean: Mean, how: ImagePreprocessing) -> Mean:
    return fitted_mean(mean, how.size.width, how.size.height)[np.newaxis]


def _typed(chain: _Chain, place: str, data_type: DataType) -> str:
    if data_type is DataType.FLOAT32:
        return place
    if np.dtype(data_type.dtype).kind in "iu":
        place = chain.node("Floor", chain.node("Add", place, chain.constant(0.5)))
        if data_type in _INTEGERS:
            low, high = _INTEGERS[data_type]
            place = chain.node("Min", chain.node("Max", place, chain.constant(low)), chain.constant(high))
    return chain.node("Cast", place, to=helper.np_dtype_to_tensor_dtype(np.dtype(data_type.dtype)))
