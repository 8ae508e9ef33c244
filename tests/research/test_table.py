"""Splits of the labelled patches: what is left out stays out, and no site drowns another."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn")

from research import table as splits
from research.table import DRAWN, Table

LABELS = np.array(["bleached", "healthy", "not_coral"])


@pytest.fixture
def table() -> Table:
    count = 300
    kinds = np.random.default_rng(0).integers(0, 3, count)
    groups = np.array([f"g{number % 30}" for number in range(count)])
    sites = np.array([("here-1", "there-2", "web-a", "web-b")[number % 30 % 4] for number in range(count)])
    marks = np.ones(count, dtype=bool)
    cells = np.zeros((count, 2), dtype=int)
    return Table(np.eye(3)[kinds], np.ones(count), marks, LABELS[kinds], sites, groups, groups, marks, cells)


def test_no_group_stands_on_both_sides_of_a_split(table: Table) -> None:
    parts = [marks for _, marks in splits.by_group(table)]

    assert len(parts) == 5
    assert np.sum(parts, axis=0).tolist() == [1] * len(table.labels)
    for left_out in parts:
        assert not set(table.groups[left_out]) & set(table.groups[~left_out])


def test_both_web_collections_are_left_out_together_as_a_sea(table: Table) -> None:
    left_out = {name: set(table.sites[marks].tolist()) for name, marks in splits.by_sea(table)}

    assert left_out == {"here": {"here-1"}, "there": {"there-2"}, "web": {"web-a", "web-b"}}


def test_web_collections_are_left_out_one_by_one_as_collections(table: Table) -> None:
    left_out = {name: set(table.sites[marks].tolist()) for name, marks in splits.by_collection(table)}

    assert left_out == {"web-a": {"web-a"}, "web-b": {"web-b"}}


def test_where_there_is_one_sea_photos_are_left_out_instead(table: Table) -> None:
    one = replace(table, sites=np.full(len(table.sites), "here"))

    assert [name for name, _ in splits.by_sea(one)] == [name for name, _ in splits.by_group(one)]


def test_drawn_pictures_are_of_no_sea(table: Table) -> None:
    sites = np.array(["reef", "lagoon", DRAWN])[np.arange(len(table.labels)) % 3]

    names = [name for name, _ in splits.by_sea(replace(table, sites=sites))]

    assert names == ["lagoon", "reef"]


def test_what_is_left_out_is_never_drawn_for_training(table: Table) -> None:
    left_out = table.sites == "here-1"

    chances = splits.chances(table, left_out)

    assert chances.sum() == pytest.approx(1)
    assert not chances[left_out].any()
    assert (chances[~left_out] > 0).all()


def test_a_site_and_class_counts_as_the_root_of_its_size(table: Table) -> None:
    sites = np.where(np.arange(len(table.labels)) < 20, "small", "large")
    labels = np.full(len(sites), "healthy")

    chances = splits.chances(replace(table, sites=sites, labels=labels), np.zeros(len(sites), dtype=bool))

    ratio = chances[sites == "large"].sum() / chances[sites == "small"].sum()
    assert ratio == pytest.approx(np.sqrt(280 / 20))
