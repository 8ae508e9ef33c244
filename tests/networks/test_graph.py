"""Test that an uploaded ONNX file is described without being loaded, and refused if it is hostile."""

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.errors.networks import BadNetwork
from coralchunk.networks.fitting import check_fit, of_rank
from coralchunk.networks.graph import MAX_NODES, GraphTensor, read_graph
from coralchunk.networks.preprocessing import DataType, Preprocessing
from tests.networks import onnx_files
from tests.networks.blobproto import bytes_field

ECHO = onnx_files.echo()


def read(content: bytes) -> Any:
    return read_graph(memoryview(content))


def preprocessing(*constants: dict[str, Any], **image: Any) -> Preprocessing:
    usual = {
        "target_size": "8x8",
        "resize_type": "SQUASH",
        "dimension_order": "NCHW",
        "color_channels": "RGB",
    }
    inputs = [{"tensor_name": "data", "image": usual | image}, *constants]
    return Preprocessing.model_validate({"inputs": inputs, "batched_output": True})


def test_inputs_and_outputs_are_told_with_type_and_shape() -> None:
    graph = read(onnx_files.echo((1, 3, "height", None), onnx_files.UINT8))

    assert graph.inputs == (GraphTensor("data", DataType.UINT8, (1, 3, None, None)),)
    assert graph.outputs == (GraphTensor("seen", DataType.UINT8, (1, 3, None, None)),)
    assert graph.output_names == ("seen",)


def test_weights_that_older_files_list_as_inputs_are_no_inputs() -> None:
    graph = read(onnx_files.weights_first(np.ones(3, dtype=np.float32)))

    assert [tensor.name for tensor in graph.inputs] == ["data"]


def test_the_largest_network_that_is_taken_is_read_and_a_larger_one_refused() -> None:
    assert len(read(onnx_files.many_nodes(MAX_NODES)).inputs) == 1
    with pytest.raises(BadNetwork, match=f"more than {MAX_NODES} nodes"):
        read(onnx_files.many_nodes(MAX_NODES + 1))


HOSTILE = {
    "nothing": (b"", "no graph"),
    "text": (b"This is no network at all.", "no complete ONNX"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "ONNX"),
    "a truncated file": (ECHO[: len(ECHO) // 2], "ends too early"),
    "a giant initialiser": (onnx_files.giant_initialiser(), "more than 2147483647 bytes"),
    "an external path": (onnx_files.external(), "outside its file"),
    "another domain": (onnx_files.of_domain("com.example"), "'com.example'"),
    "a function of its own": (onnx_files.with_function(), "functions"),
    "graphs in graphs": (onnx_files.nested(1000), "nested more than"),
    "millions of parts": (onnx_files.many_fields(600_000), "too many parts"),
    "a length beyond the file": (b"\x3a\xff\xff\xff\xff\x0f", "ends too early"),
    "a number without an end": (b"\x08" + b"\xff" * 20, "without an end"),
    "a name that is no text": (
        bytes_field(7, bytes_field(11, bytes_field(1, b"\xff\xfe"))),
        "no UTF-8",
    ),
}


@pytest.mark.parametrize(("content", "says"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(BadNetwork, match=says):
        read(content)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(BadNetwork):
        read(content)


@given(st.data())
def test_a_damaged_network_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(onnx_files.mean_colour())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    with suppress(BadNetwork):
        read(bytes(content))


def test_a_preprocessing_that_feeds_every_input_fits() -> None:
    check_fit(read(onnx_files.echo((1, 3, 8, 8))), preprocessing())
    check_fit(read(onnx_files.mean_colour()), preprocessing(target_size="9", resize_type="NETWORK"))
    check_fit(read(onnx_files.echo((3, 8, 8))), preprocessing())
    check_fit(read(onnx_files.echo(("batch", 3, 8, 8))), preprocessing())


@pytest.mark.parametrize(
    ("onnx", "sent", "says"),
    [
        pytest.param(
            onnx_files.echo((1, 3, 8, 8)),
            preprocessing({"tensor_name": "im_info", "constant": {"shape": [1], "data": [1]}}),
            "'im_info', which is no input of the graph; it has: data",
            id="an input that there is not",
        ),
        pytest.param(
            onnx_files.echo((1, 3, 9, 8)), preprocessing(), "1 x 3 x 9 x 8", id="a picture of another size"
        ),
        pytest.param(
            onnx_files.echo((1, 8, 8, 3)), preprocessing(), "1 x 8 x 8 x 3", id="channels in another place"
        ),
        pytest.param(
            onnx_files.echo((1, 3, 8, 8), onnx_files.UINT8), preprocessing(), "takes UINT8", id="another type"
        ),
        pytest.param(
            onnx_files.echo((1, 3, 8, 8)),
            preprocessing(target_size="8", resize_type="NETWORK"),
            "1 x 3 x free x free",
            id="sides that are not free",
        ),
    ],
)
def test_a_preprocessing_that_does_not_fit_is_refused(onnx: bytes, sent: Preprocessing, says: str) -> None:
    with pytest.raises(BadNetwork, match=says):
        check_fit(read(onnx), sent)


def test_an_input_that_nothing_feeds_is_named() -> None:
    inputs = [onnx_files.tensor("data", (1, 3, 8, 8)), onnx_files.tensor("im_info", (1, 3))]
    node = onnx_files.helper.make_node("Identity", ["im_info"], ["prob"])
    onnx = onnx_files.onnx(onnx_files.model_of([node], inputs, [onnx_files.tensor("prob", (1, 3))]))

    with pytest.raises(BadNetwork, match="does not feed: im_info"):
        check_fit(read(onnx), preprocessing())
    # The batch may be left out of the shape of a constant.
    check_fit(
        read(onnx), preprocessing({"tensor_name": "im_info", "constant": {"shape": [3], "data": [1, 2, 3]}})
    )


def test_the_batch_is_added_or_left_out_as_the_graph_has_it() -> None:
    assert of_rank(np.zeros((1, 3, 2, 2)), 3).shape == (3, 2, 2)
    assert of_rank(np.zeros(3), 2).shape == (1, 3)
    assert of_rank(np.zeros((1, 3, 2, 2)), 4).shape == (1, 3, 2, 2)
