"""Check that a preprocessing feeds a graph completely and with what it takes."""

from typing import Final

import numpy as np

from coralchunk.errors.networks import BadNetwork
from coralchunk.networks.graph import Graph, GraphTensor
from coralchunk.networks.preprocessing import (
    ImagePreprocessing,
    InputPreprocessing,
    Preprocessing,
    ResizeType,
)
from coralchunk.networks.tensors import Tensor, tensor_shape

_FREE: Final = -1  # represents a side that depends on the picture


def of_rank(tensor: Tensor, rank: int) -> Tensor:
    """Return a tensor with the batch added or left out, where the graph has one side more or less."""
    if tensor.ndim == rank + 1 and tensor.shape[0] == 1:
        return tensor.reshape(tensor.shape[1:])
    return tensor[np.newaxis] if tensor.ndim == rank - 1 else tensor


def check_fit(graph: Graph, preprocessing: Preprocessing) -> None:
    """Raise BadNetwork unless every input of the graph is fed by exactly one entry that it can take."""
    known = {tensor.name: tensor for tensor in graph.inputs}
    fed = {one.tensor_name for one in preprocessing.inputs}
    for one in preprocessing.inputs:
        if one.tensor_name not in known:
            raise BadNetwork(
                f"preprocessing.inputs feeds {one.tensor_name!r}, which is no input of the graph;"
                f" it has: {', '.join(sorted(known)) or 'none'}"
            )
        _check_input(known[one.tensor_name], one)
    missing = sorted(set(known) - fed)
    if missing:
        raise BadNetwork(f"preprocessing.inputs does not feed: {', '.join(missing)}")


def _check_input(tensor: GraphTensor, one: InputPreprocessing) -> None:
    if tensor.data_type is None:
        raise BadNetwork(f"its input {tensor.name!r} has a type that cannot be fed")
    if one.constant is not None:
        _check_shape(tensor, tuple(one.constant.shape))
    if one.image is not None:
        if tensor.data_type is not one.image.data_type:
            raise BadNetwork(
                f"its input {tensor.name!r} takes {tensor.data_type}, but data_type is {one.image.data_type}"
            )
        _check_shape(tensor, _shape_of(one.image))


def _shape_of(how: ImagePreprocessing) -> tuple[int | None, ...]:
    if how.resize_type is not ResizeType.NETWORK:
        return tensor_shape(how, how.size.width, how.size.height)
    shape = tensor_shape(how, _FREE, _FREE)
    return tuple(None if side == _FREE else side for side in shape)


def _check_shape(tensor: GraphTensor, fed: tuple[int | None, ...]) -> None:
    if tensor.shape is None:
        return
    if not any(_agree(tensor.shape, shape) for shape in (fed, fed[1:], (1, *fed))):
        raise BadNetwork(
            f"its input {tensor.name!r} has the shape {_shape(tensor.shape)}, but would be fed {_shape(fed)}"
        )


def _agree(wanted: tuple[int | None, ...], fed: tuple[int | None, ...]) -> bool:
    return len(wanted) == len(fed) and all(
        want is None or want == have for want, have in zip(wanted, fed, strict=True)
    )


def _shape(shape: tuple[int | None, ...]) -> str:
    return " x ".join("free" if side is None else str(side) for side in shape) or "one number"
