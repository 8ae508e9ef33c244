"""A float ONNX graph and real inputs -> the same graph with int8 convolutions (QDQ, per channel)."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

Feeds = Mapping[str, NDArray[np.generic]]

# Only what costs time: the colour arithmetic and the decisions stay float.
_QUANTISED: Final = ["Conv"]


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
        quantize_static(
            str(prepared),
            str(small),
            _Reader(feeds),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            # Seven bits: with eight, processors without VNNI overflow and answer differently.
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=_QUANTISED,
        )
        return small.read_bytes()
