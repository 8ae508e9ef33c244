"""Test that the threshold of "unsure" leaves answers that are right often enough, on seas left out too."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from research.measure import unsure_below
from research.table import Table

_COUNT = 400


@pytest.fixture
def rows() -> Table:
    kinds = np.arange(_COUNT) % 3
    names, marks = np.full(_COUNT, "red"), np.ones(_COUNT, dtype=bool)
    labels = np.array(["bleached", "healthy", "not_coral"])[kinds]
    cells = np.zeros((_COUNT, 2), dtype=int)
    return Table(np.eye(3)[kinds], np.ones(_COUNT), marks, labels, names, names, names, marks, cells)


def _said(rows: Table, wrong_below: float) -> np.ndarray:
    """Answers whose largest probability goes evenly from 0.5 to 1; wrong below some value."""
    surest = np.linspace(0.5, 1, _COUNT)
    truth = rows.targets.argmax(axis=1)
    told = np.where(surest < wrong_below, (truth + 1) % 3, truth)
    rest = (1 - surest) / 2
    return np.where(np.eye(3)[told] == 1, surest[:, np.newaxis], rest[:, np.newaxis])


def test_the_sea_left_out_decides_where_it_is_harder(rows: Table) -> None:
    easy, hard = _said(rows, 0.5), _said(rows, 0.8)

    assert unsure_below({"photo": easy, "sea": easy}, rows) == 0.5
    assert unsure_below({"photo": easy, "sea": hard}, rows) == pytest.approx(0.8, abs=0.011)
    assert unsure_below({"photo": hard, "sea": easy}, rows) == pytest.approx(0.8, abs=0.011)


def test_where_answers_are_never_right_enough_the_highest_threshold_is_taken(rows: Table) -> None:
    never = _said(rows, 1.1)

    assert unsure_below({"photo": never, "sea": never}, rows) == 0.95
