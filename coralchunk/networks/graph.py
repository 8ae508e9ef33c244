"""Check an uploaded ONNX file without loading it, and list its inputs and outputs.

Numbers of fields are those of onnx.proto3 (ONNX 1.23), which are stable by its own rules.
"""

from dataclasses import dataclass, field
from math import prod
from typing import Final

from coralchunk.errors.networks import BadNetwork
from coralchunk.networks.preprocessing import DataType
from coralchunk.networks.wire_format import BYTES, BrokenMessage, Budget, Field, packed_varints, read_fields

MAX_NODES: Final = 20_000  # networks of 1,000 layers stay below it
_MAX_FIELDS: Final = 500_000  # read in about a second; a network of 1,000 layers has 15,000
_MAX_DEPTH: Final = 8  # graphs in graphs: branches and loops
_MAX_TENSOR_BYTES: Final = 2**31 - 1  # of one initialiser
DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_TYPES: Final = {1: "FLOAT32", 2: "UINT8", 3: "INT8", 6: "INT32", 7: "INT64", 10: "FLOAT16", 11: "FLOAT64"}
_BITS: Final = {1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 16: 16}
_EXTERNAL: Final = 1  # TensorProto.data_location


@dataclass(frozen=True, slots=True)
class GraphTensor:
    """An input or output of a graph."""

    name: str
    data_type: DataType | None  # None for a type that cannot be fed or read here
    shape: tuple[int | None, ...] | None  # None for a side or a whole shape that is free


@dataclass(frozen=True, slots=True)
class Graph:
    """What is known of a network before it is loaded."""

    inputs: tuple[GraphTensor, ...]
    outputs: tuple[GraphTensor, ...]

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of the tensors that can be requested."""
        return tuple(tensor.name for tensor in self.outputs)


@dataclass(slots=True)
class _Found:
    """What has been read so far."""

    budget: Budget
    nodes: int = 0
    initialisers: set[str] = field(default_factory=set)
    inputs: list[GraphTensor] = field(default_factory=list)
    outputs: list[GraphTensor] = field(default_factory=list)
    has_graph: bool = False


def read_graph(onnx: memoryview) -> Graph:
    """Read inputs and outputs of an ONNX file, and check that it is not hostile.

    Raises BadNetwork if it is not an ONNX file, or has more nodes, deeper branches, larger tensors or other
    operators than are allowed, or data outside the file.
    """
    found = _Found(Budget(_MAX_FIELDS))
    try:
        for one in read_fields(onnx, found.budget):
            _model_field(one, found)
    except BrokenMessage as damage:
        raise BadNetwork(f"it is no complete ONNX file: {damage}") from damage
    if not found.has_graph or not found.outputs:
        raise BadNetwork("it is no ONNX file: it holds no graph with outputs")
    # Older files list their weights among the inputs.
    inputs = tuple(tensor for tensor in found.inputs if tensor.name not in found.initialisers)
    return Graph(inputs, tuple(found.outputs))


def _model_field(one: Field, found: _Found) -> None:
    if one.number == 7 and one.wire_type == BYTES:  # graph
        found.has_graph = True
        _read_graph(one.content, found, depth=0)
    elif one.number == 25:  # functions
        raise BadNetwork("it defines functions of its own; export it with its functions inlined")


def _read_graph(message: memoryview, found: _Found, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise BadNetwork(f"its branches and loops are nested more than {_MAX_DEPTH} deep")
    for one in read_fields(message, found.budget):
        if one.number == 1:
            _read_node(one.content, found, depth)
        elif one.number == 5:
            name = _read_tensor(one.content, found)
            if depth == 0:
                found.initialisers.add(name)
        elif one.number in {11, 12} and depth == 0:
            tensors = found.inputs if one.number == 11 else found.outputs
            tensors.append(_read_value(one.content, found.budget))
        elif one.number == 15:  # sparse_initializer
            _read_sparse_tensor(one.content, found)


def _read_node(message: memoryview, found: _Found, depth: int) -> None:
    found.nodes += 1
    if found.nodes > MAX_NODES:
        raise BadNetwork(f"it has more than {MAX_NODES} nodes")
    for one in read_fields(message, found.budget):
        if one.number == 7:  # domain
            _check_domain(one.text)
        elif one.number == 5:  # attribute
            _read_attribute(one.content, found, depth)


def _read_attribute(message: memoryview, found: _Found, depth: int) -> None:
    for one in read_fields(message, found.budget):
        if one.wire_type != BYTES:
            continue
        if one.number in {5, 10}:  # tensor, tensors
            _read_tensor(one.content, found)
        elif one.number in {6, 11}:  # graph, graphs
            _read_graph(one.content, found, depth + 1)
        elif one.number in {22, 23}:  # sparse_tensor, sparse_tensors
            _read_sparse_tensor(one.content, found)


def _read_sparse_tensor(message: memoryview, found: _Found) -> None:
    for one in read_fields(message, found.budget):
        if one.number in {1, 2}:  # values, indices
            _read_tensor(one.content, found)


def _read_tensor(message: memoryview, found: _Found) -> str:
    name, sides, kind = "", list[int](), 0
    for one in read_fields(message, found.budget):
        if one.number == 1:
            sides.extend(packed_varints(one, found.budget))
        elif one.number == 2:
            kind = one.value
        elif one.number == 8:
            name = one.text
        elif one.number == 13 or (one.number == 14 and one.value == _EXTERNAL):
            raise BadNetwork(
                "it keeps data outside its file; save it as one file (save_as_external_data=False)"
            )
    if prod(sides) * _BITS.get(kind, 64) // 8 > _MAX_TENSOR_BYTES:
        raise BadNetwork(f"its tensor {name[:100]!r} has more than {_MAX_TENSOR_BYTES} bytes")
    return name


def _read_value(message: memoryview, budget: Budget) -> GraphTensor:
    name, kind, shape = "", 0, None
    for one in read_fields(message, budget):
        if one.number == 1:
            name = one.text
        elif one.number == 2:  # type
            for tensor in read_fields(one.content, budget):
                if tensor.number == 1:  # tensor_type
                    kind, shape = _read_tensor_type(tensor.content, budget)
    data_type = _TYPES.get(kind)
    return GraphTensor(name, None if data_type is None else DataType(data_type), shape)


def _read_tensor_type(message: memoryview, budget: Budget) -> tuple[int, tuple[int | None, ...] | None]:
    kind, shape = 0, None
    for one in read_fields(message, budget):
        if one.number == 1:
            kind = one.value
        elif one.number == 2:  # shape
            shape = tuple(
                _read_side(side.content, budget)
                for side in read_fields(one.content, budget)
                if side.number == 1
            )
    return kind, shape


def _read_side(message: memoryview, budget: Budget) -> int | None:
    for one in read_fields(message, budget):
        if one.number == 1:
            return one.value or None  # some exporters write 0 for a free side
    return None


def _check_domain(domain: str) -> None:
    if domain not in DOMAINS:
        raise BadNetwork(
            f"it needs operators of the domain {domain[:100]!r}; only the standard ones of ONNX are run here"
        )
