"""Test that models of others are checked, and that what is wrong with them is said in words."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from coralchunk.imaging.scene import SCENE_NUMBERS
from coralchunk.inference.contract import problems
from tests.networks.onnx_files import FLOAT, UINT8, constant, model_of, onnx, tensor

MODELS = Path(__file__).parents[2] / "models"
PAGE = Path(__file__).parents[2] / "docs" / "own-model.md"
SIDE = 224


def wrapped(last: str = "Softmax", name: str = "probabilities", columns: int = 3) -> bytes:
    """The graph of the documentation's example: a classifier of two classes, wrapped for this server.

    Its network is one convolution and a mean, so redder windows are likelier bleached.
    """
    mapping = np.zeros((2, columns), dtype=np.float32)
    mapping[0, 1] = mapping[1, 0] = 1  # CORAL is healthy, CORAL_BL bleached
    nodes = [
        helper.make_node("Cast", ["windows"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["floats"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Div", ["planes", "scale"], ["pictures"]),
        helper.make_node("Sub", ["pictures", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "spread"], ["normalised"]),
        helper.make_node("Conv", ["normalised", "filters"], ["seen"]),
        helper.make_node("ReduceMean", ["seen"], ["logits"], axes=[2, 3], keepdims=0),
        helper.make_node(last, ["logits"], ["classes"]),
        helper.make_node("MatMul", ["classes", "mapping"], [name]),
    ]
    weights = [
        constant("scale", 255.0),
        constant("mean", np.array([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)),
        constant("spread", np.array([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)),
        constant("filters", np.array([[-1, 1, 0], [1, 0, 0.5]]).reshape(2, 3, 1, 1)),
        constant("mapping", mapping),
    ]
    windows = tensor("windows", ("n", SIDE, SIDE, 3), UINT8)
    return onnx(model_of(nodes, [windows], [tensor(name, ("n", columns))], weights))


def declared(shape: Sequence[int | str], kind: int = UINT8) -> bytes:
    """A graph that takes windows of this shape and does not look at them."""
    nodes = [helper.make_node("Identity", ["same"], ["probabilities"])]
    outputs, weights = [tensor("probabilities", (1, 3))], [constant("same", [[0.2, 0.3, 0.5]])]
    return onnx(model_of(nodes, [tensor("windows", shape, kind)], outputs, weights))


def manifest(graph: bytes, **change: Any) -> bytes:
    """The manifest of the documentation's example, with the graph's checksum."""
    (block,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    fields = json.loads(block) | {"sha256": hashlib.sha256(graph).hexdigest()} | change
    return json.dumps(fields).encode()


def test_a_wrapped_classifier_of_two_classes_is_a_usable_model() -> None:
    assert problems(wrapped(), manifest(wrapped()), SCENE_NUMBERS) == []


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.onnx")), ids=lambda path: path.stem)
def test_bundled_models_keep_the_contract(path: Path) -> None:
    assert problems(path.read_bytes(), path.with_suffix(".json").read_bytes(), SCENE_NUMBERS) == []


@pytest.mark.parametrize(
    ("graph", "says"),
    [
        pytest.param(
            declared(("n", SIDE, SIDE, 3), FLOAT), "input windows: it is tensor(float)", id="float windows"
        ),
        pytest.param(declared((1, 3, SIDE, SIDE)), "shape is 1 x 3 x 224 x 224", id="channels first"),
        pytest.param(declared((8, SIDE, SIDE, 3)), "must be N x 224 x 224 x 3", id="a fixed batch of 8"),
        pytest.param(declared(("n", 96, 96, 3)), "shape is n x 96 x 96 x 3", id="another side"),
        pytest.param(wrapped(name="scores"), "no output probabilities", id="another output"),
        pytest.param(wrapped(columns=2), "shape is n x 2, and must be N x 3", id="two columns"),
        pytest.param(wrapped(last="Identity"), "softmax or sigmoid", id="no softmax"),
        pytest.param(wrapped(last="HardSigmoid"), "the sum is", id="sigmoids in place of a softmax"),
    ],
)
def test_what_is_wrong_with_a_graph_is_said(graph: bytes, says: str) -> None:
    (found,) = problems(graph, manifest(graph), SCENE_NUMBERS)

    assert says in found


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"sha256": "0" * 64}, "sha256: it is 000", id="another checksum"),
        pytest.param({"licence": None}, "Manifest, licence: Input should be a valid string", id="no licence"),
        pytest.param({"name": "My Reef"}, "Manifest, name", id="a name with a space"),
        pytest.param({"colour": "red"}, "Manifest, colour: Extra inputs", id="an unknown field"),
        pytest.param({"labels": ["bleached", "healthy"]}, "models map", id="two labels"),
        pytest.param(
            {"labels": ["healthy", "bleached", "not coral"]}, "the states of coral are in", id="another order"
        ),
        pytest.param({"embedding": ["texture"]}, "no output texture", id="an embedding that is not there"),
        pytest.param(
            {"preprocessing": {"input_px": SIDE, "resize": "area", "scene": True}},
            "no input scene",
            id="a scene that the graph does not take",
        ),
    ],
)
def test_what_is_wrong_with_a_manifest_is_said(change: dict[str, Any], says: str) -> None:
    found = problems(wrapped(), manifest(wrapped(), **change), SCENE_NUMBERS)

    assert says in "\n".join(found)


def mixing(first: int | str = "n") -> bytes:
    """A graph whose answer for a window depends on the other windows: how bright it is among them.

    first  how many windows it takes
    """
    nodes = [
        helper.make_node("Cast", ["windows"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["colours"], axes=[1, 2], keepdims=0),
        helper.make_node("Softmax", ["colours"], ["own"], axis=1),
        helper.make_node("ReduceMean", ["own"], ["all"], axes=[0], keepdims=1),
        helper.make_node("Add", ["own", "all"], ["both"]),
        helper.make_node("Div", ["both", "two"], ["probabilities"]),
    ]
    windows, found = tensor("windows", (first, SIDE, SIDE, 3), UINT8), tensor("probabilities", (first, 3))
    return onnx(model_of(nodes, [windows], [found], [constant("two", 2.0)]))


def test_a_graph_that_takes_several_windows_at_once_may_say_so() -> None:
    assert problems(wrapped(), manifest(wrapped(), at_once=8), SCENE_NUMBERS) == []


def test_a_graph_whose_answers_depend_on_the_other_windows_must_take_one_at_a_time() -> None:
    (found,) = problems(mixing(), manifest(mixing(), at_once=8), SCENE_NUMBERS)

    assert "answers for 8 windows at once differ" in found
    assert problems(mixing(), manifest(mixing()), SCENE_NUMBERS) == []


def test_a_graph_for_one_window_must_take_one_at_a_time() -> None:
    (found,) = problems(mixing(1), manifest(mixing(1), at_once=8), SCENE_NUMBERS)

    assert "cannot be run on 8 windows at once" in found


def test_everything_that_is_wrong_is_said_at_once() -> None:
    graph = declared((8, SIDE, SIDE, 3), FLOAT)

    found = problems(graph, manifest(graph, sha256="0" * 64), SCENE_NUMBERS)

    assert len(found) == 3


@pytest.mark.parametrize("content", [b"", b"no graph", b"\x08\x08"], ids=["empty", "text", "truncated"])
def test_a_file_that_is_no_graph_is_refused(content: bytes) -> None:
    assert "cannot be loaded" in problems(content, manifest(content), SCENE_NUMBERS)[-1]


def test_a_graph_that_answers_at_random_is_refused() -> None:
    nodes = [
        helper.make_node("RandomUniform", [], ["noise"], shape=[1, 3]),
        helper.make_node("Softmax", ["noise"], ["probabilities"]),
    ]
    graph = onnx(
        model_of(nodes, [tensor("windows", (1, SIDE, SIDE, 3), UINT8)], [tensor("probabilities", (1, 3))])
    )

    assert "two runs on one window differ" in "\n".join(problems(graph, manifest(graph), SCENE_NUMBERS))
