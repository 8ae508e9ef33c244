"""Test how much the chunks around a chunk count: fitted on other photos than those that are measured."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from coralchunk.terms import CHUNK_PX
from research.dataset import Item, table
from research.neighbours import beside_others, cross_refined, fit, refine
from research.sources import Patch
from research.table import Marks, Table

_ACROSS, _DOWN = 6, 5
_LABELS = ("bleached", "healthy", "not_coral")


@pytest.fixture
def rows() -> Table:
    """Eight photos of bands that are three chunks wide or high, and one chunk that lies apart."""
    items = [
        Item(
            Patch(
                Path(f"{photo}.jpg"), "red", f"{photo}", x * CHUNK_PX, y * CHUNK_PX, CHUNK_PX, _label(x, y)
            ),
            1.0,
            classified=True,
        )
        for photo in range(8)
        for y in range(_DOWN)
        for x in range(_ACROSS)
    ]
    apart = Patch(Path("apart.jpg"), "red", "apart", 0, 0, CHUNK_PX, "bleached")
    return table([*items, Item(apart, 1.0, classified=True)])


def _label(x: int, y: int) -> str:
    return "not_coral" if y >= 3 else _LABELS[x // 3]


def _said(rows: Table, noise: float) -> np.ndarray:
    logits = rows.targets * 2 + np.random.default_rng(0).normal(size=rows.targets.shape) * noise
    raised = np.exp(logits)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _halves(rows: Table) -> Iterator[Marks]:
    last = np.isin(rows.photos, ["4.jpg", "5.jpg", "6.jpg", "7.jpg", "apart.jpg"])
    yield ~last
    yield last


def test_chunks_that_are_refined_are_more_often_right(rows: Table) -> None:
    said = _said(rows, 1.5)

    refined = cross_refined(said, said, rows, _halves(rows))

    def right(of: np.ndarray) -> float:
        return float((of.argmax(axis=1) == rows.targets.argmax(axis=1)).mean())

    assert right(refined) > right(said) + 0.05


def test_a_chunk_apart_stays_as_it_is(rows: Table) -> None:
    said = _said(rows, 1.0)

    assert beside_others(rows).tolist() == [True] * (8 * _ACROSS * _DOWN) + [False]
    np.testing.assert_array_equal(refine(said, rows, 2.0)[-1], said[-1])


def test_labels_of_what_is_measured_play_no_part(rows: Table) -> None:
    said = _said(rows, 1.0)
    first, _ = _halves(rows)
    before = cross_refined(said, said, rows, iter([first]))[first]

    rows.targets[first] = rows.targets[first][:, ::-1]

    np.testing.assert_array_equal(cross_refined(said, said, rows, iter([first]))[first], before)


def test_a_model_that_claims_too_much_gets_a_higher_temperature(rows: Table) -> None:
    modest = _said(rows, 1.0)
    bold = modest**4 / (modest**4).sum(axis=1, keepdims=True)
    chosen = beside_others(rows)

    assert fit(bold, rows, chosen).temperature > fit(modest, rows, chosen).temperature
