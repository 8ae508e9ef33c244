"""Variants of training patches: other light and framing, one seed."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from coralchunk.imaging.scene import scene  # noqa: E402
from research.batches import Batch, Patches  # noqa: E402
from research.views import Framing, scenes, varied  # noqa: E402


@pytest.fixture
def batch() -> Batch:
    random = np.random.default_rng(1)
    windows, photos = (
        torch.from_numpy(random.integers(0, 255, (12, 3, side, side), dtype=np.uint8)) for side in (48, 32)
    )
    return Batch(windows, photos, torch.tensor([[0.1, 0.2, 0.1, 0.15]] * 12), torch.eye(3).repeat(4, 1))


def _variant(batch: Batch, seed: int, framing: Framing) -> tuple["torch.Tensor", "torch.Tensor"]:
    torch.manual_seed(seed)
    return varied(batch, 40, framing)


def test_the_same_seed_gives_the_same_variants(batch: Batch) -> None:
    first, again, other = (_variant(batch, seed, Framing()) for seed in (7, 7, 8))

    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])


def test_variants_have_the_size_of_the_input_and_leave_the_patches_alone(batch: Batch) -> None:
    before = batch.windows.clone()

    for seed in range(10):
        windows, around = _variant(batch, seed, Framing())
        assert windows.shape == (12, 3, 40, 40)
        assert around.shape == (12, 28)
        assert torch.isfinite(around).all()
        assert 0 <= float(windows.min()) <= float(windows.max()) <= 1

    assert torch.equal(batch.windows, before)


def test_a_window_that_is_shown_alone_has_its_own_colours_as_surroundings(batch: Batch) -> None:
    dark = Batch(batch.windows // 8, batch.photos, batch.places, batch.targets)

    _, alone = _variant(dark, 3, Framing(whole=0.0, alone=1.0))
    _, whole = _variant(dark, 3, Framing(whole=1.0, alone=0.0))

    assert (alone[:, :3].mean(dim=1) < whole[:, :3].mean(dim=1)).all()


def test_scenes_are_measured_as_the_server_measures_them() -> None:
    photo = np.random.default_rng(2).integers(0, 255, (64, 64, 3), dtype=np.uint8)

    measured = scenes(torch.from_numpy(photo).permute(2, 0, 1)[None].float() / 255)

    np.testing.assert_allclose(measured[0].numpy(), scene(photo), atol=1e-4)


def test_patches_with_no_chance_are_never_drawn(batch: Batch) -> None:
    patches = Patches(batch.windows, batch.photos, torch.arange(12), batch.places, batch.targets)
    chances = torch.tensor([1.0] * 3 + [0.0] * 9)
    torch.manual_seed(0)

    drawn = patches.drawn(chances, 50)

    known = {tuple(window.flatten().tolist()) for window in batch.windows[:3]}
    assert {tuple(window.flatten().tolist()) for window in drawn.windows} <= known
