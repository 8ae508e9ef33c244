"""Build networks whose answers are known, and hostile files that claim to be networks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from tests.networks.blobproto import bytes_field, number_field

FLOAT, UINT8 = TensorProto.FLOAT, TensorProto.UINT8
Shape = Sequence[int | str | None]


def tensor(name: str, shape: Shape, kind: int = FLOAT) -> Any:
    return helper.make_tensor_value_info(name, kind, list(shape))


def constant(name: str, values: Any, dtype: Any = np.float32) -> TensorProto:
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


def model_of(
    nodes: Sequence[NodeProto],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    weights: Sequence[TensorProto] = (),
) -> ModelProto:
    graph = helper.make_graph(list(nodes), "graph", list(inputs), list(outputs), list(weights))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def onnx(model: ModelProto) -> bytes:
    return model.SerializeToString()


def echo(shape: Shape = (1, 3, 4, 5), kind: int = FLOAT) -> bytes:
    """Gives its input `data` back as `seen`."""
    return onnx(
        model_of(
            [helper.make_node("Identity", ["data"], ["seen"])],
            [tensor("data", shape, kind)],
            [tensor("seen", shape, kind)],
        )
    )


def mean_colour(name: str = "prob") -> bytes:
    """Gives the mean of each channel of `data`, 1 x 3 x any height x any width."""
    nodes = [helper.make_node("ReduceMean", ["data"], [name], axes=[2, 3], keepdims=0)]
    return onnx(model_of(nodes, [tensor("data", (1, 3, "h", "w"))], [tensor(name, (1, 3))]))


def nearest_colour(colours: NDArray[np.int_], side: int = 64) -> bytes:
    """Gives the share of the pixels of `data` (0 to 255) that is nearest to each colour."""
    weights = [
        constant("weights", 2 * colours[..., np.newaxis, np.newaxis]),
        constant("bias", -(colours**2).sum(axis=1)),
    ]
    nodes = [
        helper.make_node("Conv", ["data", "weights", "bias"], ["nearness"]),
        helper.make_node("Hardmax", ["nearness"], ["nearest"], axis=1),
        helper.make_node("ReduceMean", ["nearest"], ["prob"], axes=[2, 3], keepdims=0),
    ]
    shapes = [tensor("data", (1, 3, side, side))], [tensor("prob", (1, len(colours)))]
    return onnx(model_of(nodes, *shapes, weights))


def fixed(outputs: dict[str, Any], shape: Shape = (1, 3, 8, 8), kind: int = FLOAT) -> bytes:
    """Gives the same outputs for every picture."""
    nodes, weights, values = [], [], []
    for name, given in outputs.items():
        value = np.array(given, dtype=np.float32)
        weights.append(constant(f"{name}/value", value))
        nodes.append(helper.make_node("Identity", [f"{name}/value"], [name]))
        values.append(tensor(name, value.shape))
    # ONNX Runtime drops an input that nothing reads; this reads it and changes nothing.
    nodes.append(helper.make_node("Identity", ["data"], ["unused"]))
    values.append(tensor("unused", shape, kind))
    return onnx(model_of(nodes, [tensor("data", shape, kind)], values, weights))


def endless() -> bytes:
    """Loops a billion times."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Add", ["sum", "one"], ["more"]),
        ],
        "body",
        [tensor("i", (), TensorProto.INT64), tensor("go", (), TensorProto.BOOL), tensor("sum", ())],
        [tensor("go_on", (), TensorProto.BOOL), tensor("more", ())],
        [constant("one", 1.0)],
    )
    nodes = [
        helper.make_node("ReduceMean", ["data"], ["start"], keepdims=0),
        helper.make_node("Loop", ["trips", "always", "start"], ["prob"], body=body),
    ]
    weights = [constant("trips", 10**9, np.int64), constant("always", True, np.bool_)]
    return onnx(model_of(nodes, [tensor("data", (1, 3, 8, 8))], [tensor("prob", ())], weights))


def greedy(side: int = 100_000) -> bytes:
    """Asks for side x side floats: by default 40 GB."""
    nodes = [
        helper.make_node("ReduceMean", ["data"], ["start"], keepdims=0),
        helper.make_node("Expand", ["start", "sides"], ["large"]),
        helper.make_node("ReduceSum", ["large"], ["prob"], keepdims=0),
    ]
    weights = [constant("sides", [side, side], np.int64)]
    return onnx(model_of(nodes, [tensor("data", (1, 3, 8, 8))], [tensor("prob", ())], weights))


def of_domain(domain: str) -> bytes:
    """Needs an operator of another domain."""
    node = helper.make_node("Identity", ["data"], ["prob"], domain=domain)
    model = model_of([node], [tensor("data", (1, 3, 8, 8))], [tensor("prob", (1, 3, 8, 8))])
    model.opset_import.append(helper.make_opsetid(domain, 1))
    return onnx(model)


def unknown_operator() -> bytes:
    """Needs an operator that ONNX does not have."""
    node = helper.make_node("Teleport", ["data"], ["prob"])
    return onnx(model_of([node], [tensor("data", (1, 3, 8, 8))], [tensor("prob", (1, 3, 8, 8))]))


def external(location: str = "/etc/passwd") -> bytes:
    """Keeps its weights in another file."""
    weight = constant("weight", [1.0, 2.0, 3.0])
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value=location)
    node = helper.make_node("Identity", ["weight"], ["prob"])
    return onnx(model_of([node], [tensor("data", (1, 3, 8, 8))], [tensor("prob", (3,))], [weight]))


def giant_initialiser() -> bytes:
    """Declares a tensor of 4 TB and contains four bytes of it."""
    weight = TensorProto(dims=[10**6, 10**6], data_type=FLOAT, name="weight", raw_data=b"\0" * 4)
    node = helper.make_node("Identity", ["weight"], ["prob"])
    return onnx(model_of([node], [tensor("data", (1, 3, 8, 8))], [tensor("prob", (1,))], [weight]))


def many_nodes(count: int) -> bytes:
    """A chain of operators."""
    nodes = [helper.make_node("Identity", [f"t{i}"], [f"t{i + 1}"]) for i in range(count)]
    return onnx(model_of(nodes, [tensor("t0", (1, 3, 8, 8))], [tensor(f"t{count}", (1, 3, 8, 8))]))


def with_function() -> bytes:
    """Defines a custom operator."""
    model = model_of(
        [helper.make_node("Identity", ["data"], ["prob"])],
        [tensor("data", (1, 3, 8, 8))],
        [tensor("prob", (1, 3, 8, 8))],
    )
    body = [helper.make_node("Identity", ["x"], ["y"])]
    model.functions.append(
        helper.make_function("mine", "Mine", ["x"], ["y"], body, [helper.make_opsetid("", 17)])
    )
    return onnx(model)


def nested(depth: int) -> bytes:
    """Graphs in graphs, as a message that was made by hand: graph > node > attribute > graph ..."""
    graph = b""
    for _ in range(depth):
        graph = bytes_field(1, bytes_field(5, bytes_field(6, graph)))
    return number_field(1, 8) + bytes_field(7, graph)


def many_fields(count: int) -> bytes:
    """Millions of parts of two bytes each."""
    return bytes_field(7, number_field(3, 0) * count)


def graph_of(model: bytes) -> GraphProto:
    return ModelProto.FromString(model).graph


def weights_first(values: NDArray[np.float32]) -> bytes:
    """An older file, which lists its weights among its inputs."""
    node = helper.make_node("Identity", ["weight"], ["prob"])
    inputs = [tensor("data", (1, 3, 8, 8)), tensor("weight", values.shape)]
    return onnx(model_of([node], inputs, [tensor("prob", values.shape)], [constant("weight", values)]))
