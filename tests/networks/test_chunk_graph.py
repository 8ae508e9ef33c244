"""A network that is turned into a model of chunks answers as the network itself would."""

from typing import Any

import numpy as np
import onnxruntime as ort
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coralchunk.errors.networks import BadNetwork
from coralchunk.networks.chunk_graph import chunk_graph
from coralchunk.networks.feeding import Recipe
from coralchunk.networks.graph import read_graph
from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.networks.tensors import image_tensor
from coralchunk.terms import State
from tests.networks import onnx_files

TYPES = {"FLOAT32": onnx_files.FLOAT, "UINT8": onnx_files.UINT8, "FLOAT16": onnx_files.TensorProto.FLOAT16}
SIDE = 32
STATES = (State.HEALTHY, State.BLEACHED, State.NOT_CORAL, State.HEALTHY)


def scoring(shape: tuple[int, ...], data_type: str) -> bytes:
    """Gives four scores: the input's mean, and thrice, half and a tenth of it. Its names are ours."""
    nodes = [
        onnx_files.helper.make_node("Cast", ["windows"], ["float"], to=onnx_files.FLOAT),
        onnx_files.helper.make_node("Mul", ["float", "ramp"], ["weighted"]),
        onnx_files.helper.make_node("ReduceMean", ["weighted"], ["mean"], keepdims=0),
        onnx_files.helper.make_node("Mul", ["mean", "factors"], ["probabilities"]),
    ]
    ramp = np.linspace(0, 2, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    weights = [onnx_files.constant("factors", [[1.0, 3.0, 0.5, 0.1]]), onnx_files.constant("ramp", ramp)]
    inputs = [onnx_files.tensor("windows", shape, TYPES[data_type])]
    outputs = [onnx_files.tensor("probabilities", (1, 4))]
    return onnx_files.onnx(onnx_files.model_of(nodes, inputs, outputs, weights))


def recipe_for(onnx: bytes, mean: Any = None, **image: Any) -> Recipe:
    usual = {
        "target_size": str(SIDE),
        "resize_type": "SQUASH",
        "dimension_order": "NCHW",
        "color_channels": "RGB",
        "mean_file": "" if mean is None else "mean.npy",
    }
    inputs = [{"tensor_name": "windows", "image": usual | image}]
    preprocessing = Preprocessing.model_validate({"inputs": inputs, "batched_output": True})
    return Recipe(read_graph(memoryview(onnx)), preprocessing, {} if mean is None else {"mean.npy": mean})


@settings(max_examples=40)
@given(
    order=st.sampled_from(["NCHW", "NCWH", "NHWC", "NWHC"]),
    channels=st.sampled_from(["RGB", "BGR", "L"]),
    data_type=st.sampled_from(sorted(TYPES)),
    scaling=st.sampled_from([255.0, 128.0]),
    has_mean=st.booleans(),
    has_batch=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_graph_prepares_and_maps_as_the_preprocessing_says(
    *,
    order: str,
    channels: str,
    data_type: str,
    scaling: float,
    has_mean: bool,
    has_batch: bool,
    seed: int,
) -> None:
    depth, random = len(channels), np.random.default_rng(seed)
    sides = {"N": 1, "C": depth, "H": SIDE, "W": SIDE}
    shape = tuple(sides[letter] for letter in (order if has_batch else order[1:]))
    onnx = scoring(shape, data_type)
    mean = random.uniform(0, 5, (1, 1, depth)).astype(np.float32) if has_mean else None
    recipe = recipe_for(
        onnx, mean, dimension_order=order, color_channels=channels, data_type=data_type, pixel_scaling=scaling
    )
    window = random.integers(100, 256, (SIDE, SIDE, 3), dtype=np.uint8)

    converted = ort.InferenceSession(chunk_graph(onnx, recipe, "probabilities", STATES))
    (found,) = converted.run(["probabilities"], {"windows": window[np.newaxis]})

    image = recipe.preprocessing.images[0].image
    assert image is not None
    fed = image_tensor(window, image, mean).reshape(shape)
    (scores,) = ort.InferenceSession(onnx).run(["probabilities"], {"windows": fed})[0].clip(0)
    bleached, healthy, other = scores[1], scores[0] + scores[3], scores[2]
    expected = np.array([bleached, healthy, other]) / scores.sum()
    assert found.shape == (1, 3)
    assert found[0] == pytest.approx(expected, abs=2e-3)
    assert found.sum() == pytest.approx(1)


def test_scores_of_nothing_give_equal_probabilities() -> None:
    onnx = scoring((1, 3, SIDE, SIDE), "FLOAT32")

    converted = ort.InferenceSession(chunk_graph(onnx, recipe_for(onnx), "probabilities", STATES))
    (found,) = converted.run(["probabilities"], {"windows": np.zeros((1, SIDE, SIDE, 3), np.uint8)})

    assert found[0] == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize(
    ("image", "output", "says"),
    [
        pytest.param({"target_size": "32x64"}, "probabilities", "squares", id="a rectangle"),
        pytest.param({"target_size": "16"}, "probabilities", "32 to 1024", id="a small square"),
        pytest.param({}, "other", "no output 'other'", id="an unknown output"),
    ],
)
def test_networks_that_do_not_fit_chunks_are_refused(image: dict[str, Any], output: str, says: str) -> None:
    onnx = scoring((1, 3, SIDE, SIDE), "FLOAT32")

    with pytest.raises(BadNetwork, match=says):
        chunk_graph(onnx, recipe_for(onnx, **image), output, STATES)
