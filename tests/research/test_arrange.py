"""Test that the arranged graph of the bundled model answers as the graph that it was made from."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from coralchunk.imaging.scene import SCENE_NUMBERS
from coralchunk.inference.manifest import Manifest
from research.arrange import NotLimited, arrange

MODELS = Path(__file__).parents[2] / "models"
OUTPUTS = ("probabilities", "texture", "distance")


def described(version: str) -> Manifest:
    return Manifest.model_validate_json((MODELS / f"coralchunk-lite0-{version}.json").read_bytes())


def graph(version: str) -> bytes:
    return (MODELS / f"coralchunk-lite0-{version}.onnx").read_bytes()


def anew() -> bytes:
    """The graph of 1.1.0, arranged."""
    manifest = described("1.1.0")
    far = manifest.thresholds.far_beyond
    assert far is not None
    return arrange(graph("1.1.0"), manifest.calibration.temperature, far)


def seen(kind: str, count: int) -> NDArray[np.uint8]:
    """Windows of 122 px: noise, or patches of a few pixels in any colour, such as models see."""
    random = np.random.default_rng(5)
    if kind == "noise":
        return random.integers(0, 256, (count, 122, 122, 3), dtype=np.uint8)
    if kind == "black and white":
        return np.repeat(np.uint8([0, 255] * count)[:count], 122 * 122 * 3).reshape(count, 122, 122, 3)
    coarse = random.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    patches = coarse.repeat(16, axis=1).repeat(16, axis=2)[:, :122, :122]
    return np.clip(patches + random.normal(0, 9, patches.shape), 0, 255).astype(np.uint8)


def scene(kind: str) -> NDArray[np.float32]:
    """Statistics of a photo; `flat`: of one colour, whose spreads are 0 and whose quantiles are equal."""
    if kind == "flat":
        return np.full(SCENE_NUMBERS, 0.5, dtype=np.float32) * (np.arange(SCENE_NUMBERS) // 3 != 1)
    found = np.linspace(0.05, 0.95, SCENE_NUMBERS, dtype=np.float32)
    found[3:6] = (0.2, 0.15, 0.25)
    return found


def answers(
    content: bytes, windows: NDArray[np.uint8], around: NDArray[np.float32], at_once: int = 1
) -> dict[str, NDArray[np.float32]]:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    parts = [
        session.run(OUTPUTS, {"windows": windows[start : start + at_once], "scene": around})
        for start in range(0, len(windows), at_once)
    ]
    return {
        name: np.concatenate(found) for name, found in zip(OUTPUTS, zip(*parts, strict=True), strict=True)
    }


def test_the_bundled_graph_is_what_arranging_the_version_before_gives() -> None:
    assert onnx.load_from_string(anew()) == onnx.load_from_string(graph("1.1.1"))


def test_an_arranged_graph_stays_as_it_is() -> None:
    assert arrange(graph("1.1.1"), 1.0, 1.0) == graph("1.1.1")


def test_a_graph_that_would_see_pixels_beyond_the_limit_is_refused() -> None:
    model = onnx.load_from_string(graph("1.1.0"))
    for one in model.graph.initializer:
        if one.name == "/Clip_1_output_0_scale":
            one.CopyFrom(numpy_helper.from_array(np.float32(0.02), one.name))

    with pytest.raises(NotLimited, match="clipped to 53 to 203 of 255"):
        arrange(model.SerializeToString(), 1.0, 1.0)


@pytest.mark.parametrize("around", ["usual", "flat"])
@pytest.mark.parametrize("kind", ["noise", "patches", "black and white"])
def test_answers_stay_the_same(kind: str, around: str) -> None:
    windows = seen(kind, 12)

    before, after = (answers(graph(one), windows, scene(around)) for one in ("1.1.0", "1.1.1"))

    # Where all quantiles of a photo are equal, the graph before multiplies its rounding error by 10,000.
    least = 1e-5 if around == "usual" else 1e-4
    for name, most in {"probabilities": least, "texture": 1e-4, "distance": 1e-4}.items():
        np.testing.assert_allclose(after[name], before[name], rtol=1e-5, atol=most, err_msg=name)


@pytest.mark.parametrize("at_once", [2, 3, 5, 8, described("1.1.1").at_once, 16, 40])
def test_an_answer_is_the_same_whichever_windows_come_with_it(at_once: int) -> None:
    windows = np.concatenate([seen("noise", 10), seen("patches", 30)])

    alone, together = (answers(graph("1.1.1"), windows, scene("usual"), one) for one in (1, at_once))

    for name in OUTPUTS:
        np.testing.assert_array_equal(together[name], alone[name], err_msg=name)


def test_convolutions_keep_their_weights() -> None:
    """All but the first, which has a channel of zeros more."""
    before, after = (
        {
            one.name: numpy_helper.to_array(one)
            for one in onnx.load_from_string(graph(version)).graph.initializer
            if one.name.startswith("network.backbone.")
        }
        for version in ("1.1.0", "1.1.1")
    )
    stem = "network.backbone.stem.layer.weight_quantized"

    assert before.keys() == after.keys()
    assert not after[stem][:, 3].any()
    after[stem] = after[stem][:, :3]
    for name, values in before.items():
        np.testing.assert_array_equal(after[name], values, err_msg=name)
