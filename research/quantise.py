"""Quantise the convolutions of an ONNX graph to int8 (QDQ, per channel), calibrated on real inputs."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from onnx.helper import make_attribute
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

_PERCENTILE: Final = 99.999

Feeds = Mapping[str, NDArray[np.generic]]


class _Reader(CalibrationDataReader):
    def __init__(self, feeds: Sequence[Feeds]) -> None:
        self._left: Iterator[Feeds] = iter(feeds)

    def get_next(self) -> Feeds | None:
        return next(self._left, None)


def quantise(graph: bytes, feeds: Sequence[Feeds]) -> bytes:
    """Quantise a graph's convolutions statically.

    graph   a float ONNX model
    feeds   inputs of real chunks that the activations' ranges are taken from

    Returns the int8 ONNX model.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain, prepared, small = (Path(folder) / f"{name}.onnx" for name in ("plain", "prepared", "small"))
        plain.write_bytes(graph)
        quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
        ready = _padded_inside(onnx.load(prepared))
        onnx.save(ready, prepared)
        quantize_static(
            str(prepared),
            str(small),
            _Reader(feeds),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            # One stray activation in 100 000 must not widen the steps of all; of the smallest to the largest,
            # and of this and 99.99, this came nearest to the float features.
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": _PERCENTILE},
            # The colour arithmetic and the decisions stay float: they cost no time.
            nodes_to_quantize=_convolutions(ready),
        )
        return small.read_bytes()


def _padded_inside(model: onnx.ModelProto) -> onnx.ModelProto:
    """Move padding into the convolutions: a separate step would run in float between int8 ones."""
    graph = model.graph
    constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    pads = {node.output[0]: node for node in graph.node if node.op_type == "Pad"}
    for node in graph.node:
        pad = pads.get(node.input[0]) if node.op_type == "Conv" else None
        if pad is not None:
            _, _, top, left, _, _, bottom, right = constants[pad.input[1]].tolist()
            kept = [one for one in node.attribute if one.name != "pads"]
            del node.attribute[:]
            node.attribute.extend([*kept, make_attribute("pads", [top, left, bottom, right])])
            node.input[0] = pad.input[0]
    used = {name for node in graph.node for name in node.input}
    for pad in pads.values():
        if pad.output[0] not in used:
            graph.node.remove(pad)
    used = {name for node in graph.node for name in node.input}
    needed = [one for one in graph.initializer if one.name in used]
    del graph.initializer[:]
    graph.initializer.extend(needed)
    return model


def _convolutions(model: onnx.ModelProto) -> list[str]:
    """Name convolutions, the clips that follow them, and the additions among those."""
    names: dict[str, str] = {}  # of a node by its output
    for node in model.graph.node:
        follows = all(name in names for name in node.input if name)
        clip = node.op_type == "Clip" and node.input[0] in names
        if node.op_type == "Conv" or clip or (node.op_type == "Add" and follows):
            names[node.output[0]] = node.name
    return list(names.values())
