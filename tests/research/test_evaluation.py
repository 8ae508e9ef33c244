"""Test the figures of held-out patches, whose intervals resample photos instead of patches."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from research import evaluation
from research.table import Table


@pytest.fixture
def table() -> Table:
    labels = np.array(["bleached"] * 10 + ["healthy"] * 10 + ["not_coral"] * 20 + ["partly_bleached"] * 4)
    count = len(labels)
    photos = np.array([f"p{number % 4}" for number in range(count)])
    everything = np.ones(count, dtype=bool)
    names = (labels, photos, photos, photos)
    cells = np.zeros((count, 2), dtype=int)
    return Table(np.zeros((count, 3)), np.ones(count), everything, *names, everything, cells)


def test_partly_bleached_patches_are_judged_by_no_figure(table: Table) -> None:
    said = np.tile([0.2, 0.2, 0.6], (44, 1))

    found = evaluation.classify(said, table, table.classified)

    assert found.patches == 40
    assert found.confusion.sum() == 40
    assert found.balanced_accuracy.value == pytest.approx(1 / 3)


def test_figures_lie_inside_their_intervals(table: Table) -> None:
    random = np.random.default_rng(0)
    real = evaluation.truth(table)
    said = random.dirichlet([1, 1, 1], 44)
    said[np.arange(44), real] += 0.5
    said /= said.sum(axis=1, keepdims=True)

    found = evaluation.classify(said, table, table.classified)

    for figure in (found.balanced_accuracy, found.bleached_precision, found.coral_auc, *found.recalls):
        assert figure.interval.low <= figure.value <= figure.interval.high


def test_an_unsure_answer_is_not_called_bleached(table: Table) -> None:
    said = np.tile([0.5, 0.3, 0.2], (44, 1))

    assert evaluation.called_bleached(said, table.whole, unsure_below=0.4).value == 1
    assert evaluation.called_bleached(said, table.whole, unsure_below=0.6).value == 0
