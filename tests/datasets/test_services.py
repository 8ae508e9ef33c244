"""Test what may be done with workspaces, labels and collections, and what is refused in which words."""

import pytest

from coralchunk.datasets.collections import checked_type
from coralchunk.datasets.datasets import Datasets
from coralchunk.datasets.ids import new_uuid
from coralchunk.datasets.labels import LabelDetails
from coralchunk.datasets.names import checked_name, slug
from coralchunk.errors.datasets import (
    BadValue,
    MissingValue,
    OtherWorkspace,
    TooManyThings,
    UnknownThing,
    WrongLabelKind,
)
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.rows.collections import Collection
from coralchunk.storage.rows.labels import Label, LabelFilter
from coralchunk.storage.rows.workspaces import Workspace
from tests.datasets.conftest import ANA, BEN, NOW

TASK = ClassifierKind.TASK


def task(datasets: Datasets, kind: str = "multi_class", workspace: Workspace | None = None) -> Collection:
    place = workspace or datasets.workspaces.default(ANA, NOW)
    return datasets.collections.create(place, TASK, kind, "Reef", None, NOW)


def label(datasets: Datasets, kind: str = "category", workspace: Workspace | None = None) -> Label:
    place = workspace or datasets.workspaces.default(ANA, NOW)
    return datasets.labels.create(place, kind, LabelDetails("fish"), NOW)


def test_a_workspace_is_found_by_its_id_and_the_default_one_by_name(datasets: Datasets) -> None:
    default = datasets.workspaces.default(ANA, NOW)
    other = datasets.workspaces.create(ANA, " Lagoon ", NOW)

    for name in (None, "", "Default", "DEFAULT", default.public_id, default.public_id.upper()):
        assert datasets.workspaces.named(ANA, name, NOW) == default
    assert datasets.workspaces.named(ANA, other.public_id, NOW) == other
    assert [one.name for one in datasets.workspaces.listed(ANA, NOW)] == ["Default", "Lagoon"]
    for unknown in ("Lagoon", new_uuid(), "x\0", "\ud800"):
        with pytest.raises(UnknownThing):
            datasets.workspaces.named(ANA, unknown, NOW)
    with pytest.raises(UnknownThing):
        datasets.workspaces.named(BEN, other.public_id, NOW)


def test_a_workspace_goes_with_all_that_it_holds_but_for_the_default_one(datasets: Datasets) -> None:
    workspace = datasets.workspaces.create(ANA, "Lagoon", NOW)
    gone = task(datasets, workspace=workspace)
    kept = task(datasets)

    datasets.workspaces.delete(workspace)

    assert [one.public_id for one in datasets.collections.listed(ANA, frozenset({TASK}))] == [kept.public_id]
    with pytest.raises(UnknownThing):
        datasets.collections.get(ANA, gone.public_id)
    with pytest.raises(BadValue, match="default workspace"):
        datasets.workspaces.delete(datasets.workspaces.default(ANA, NOW))


def test_what_belongs_to_another_user_is_unknown(datasets: Datasets) -> None:
    mine, named = task(datasets), label(datasets)

    for ask in (
        lambda: datasets.collections.get(BEN, mine.public_id),
        lambda: datasets.collections.get_by_id(BEN, mine.id),
        lambda: datasets.collections.get_by_id(ANA, 2**63),
        lambda: datasets.labels.get(BEN, named.public_id),
        lambda: datasets.labels.find(BEN, [named.public_id]),
        lambda: datasets.labels.get(ANA, "no uuid"),
        lambda: datasets.images.get(ANA, new_uuid()),
    ):
        with pytest.raises(UnknownThing):
            ask()


@pytest.mark.parametrize(
    ("collection", "fitting"),
    [("multi_class", "category"), ("multi_label", "tag"), ("regression", "value")],
)
def test_each_type_of_collection_takes_its_kind_of_labels(
    datasets: Datasets, collection: str, fitting: str
) -> None:
    made = task(datasets, collection)
    before = len(labels_of(datasets, made))

    for kind in ("category", "tag", "value"):
        one = label(datasets, kind)
        if kind == fitting:
            for _ in range(2):
                datasets.collections.add_label(made, one)
        else:
            with pytest.raises(WrongLabelKind, match=f"takes labels of type '{fitting}'"):
                datasets.collections.add_label(made, one)
    assert len(labels_of(datasets, made)) == before + 1


def labels_of(datasets: Datasets, collection: Collection) -> list[Label]:
    wanted = LabelFilter(collection.workspace_id, collection_id=collection.id)
    count, found = datasets.labels.page(wanted)
    assert count == len(found)
    return found


def test_a_collection_of_tags_has_a_label_for_images_that_have_none(datasets: Datasets) -> None:
    made = task(datasets, "multi_label")

    (negative,) = labels_of(datasets, made)

    assert (negative.kind, negative.negative_for) == ("tag", made.public_id)
    datasets.collections.delete(made)
    with pytest.raises(UnknownThing):
        datasets.labels.get(ANA, negative.public_id)


def test_a_label_stays_when_its_collection_goes_and_the_other_way_round(datasets: Datasets) -> None:
    first, second, fish = task(datasets), task(datasets), label(datasets)
    for one in (first, second):
        datasets.collections.add_label(one, fish)

    datasets.collections.delete(first)
    assert datasets.labels.get(ANA, fish.public_id).collections_count == 1
    datasets.labels.delete(ANA, fish.public_id)

    assert labels_of(datasets, second) == []
    assert datasets.collections.get(ANA, second.public_id) == second


def test_labels_of_another_workspace_do_not_fit(datasets: Datasets) -> None:
    elsewhere = datasets.workspaces.create(ANA, "Lagoon", NOW)

    with pytest.raises(OtherWorkspace):
        datasets.collections.add_label(task(datasets), label(datasets, workspace=elsewhere))


def test_the_operators_limits_hold(datasets: Datasets) -> None:
    for _ in range(6):
        label(datasets)
        task(datasets)
    for _ in range(5):
        datasets.workspaces.create(ANA, "Lagoon", NOW)

    with pytest.raises(TooManyThings, match="6 labels"):
        label(datasets)
    with pytest.raises(TooManyThings, match="6 collections"):
        task(datasets)
    with pytest.raises(TooManyThings, match="6 workspaces"):
        datasets.workspaces.create(ANA, "Lagoon", NOW)
    assert label(datasets, workspace=datasets.workspaces.default(BEN, NOW)).images_count == 0


def test_names_and_descriptions_can_be_changed_and_the_slug_stays(datasets: Datasets) -> None:
    made, fish = task(datasets), label(datasets)

    changed = datasets.collections.change(made, "Lagoon", "of 2024", NOW + 1)
    renamed = datasets.labels.change(ANA, fish.public_id, LabelDetails("shark", "a fish", "Shark!"))

    assert (changed.name, changed.description, changed.slug) == ("Lagoon", "of 2024", made.slug)
    assert (renamed.name, renamed.description, renamed.output_name) == ("shark", "a fish", "Shark!")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param(None, "name: this field is required", id="none"),
        pytest.param(" \n", "name: this field is required", id="only blanks"),
        pytest.param("x" * 201, "201 characters, at most 200", id="too long"),
        pytest.param("a\0b", "cannot be printed", id="a zero byte"),
        pytest.param("a\ud800", "cannot be printed", id="half a character"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name: str | None, told: str) -> None:
    with pytest.raises((BadValue, MissingValue), match=told):
        checked_name("name", name, 200)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Great Barrier Reef 2024", "great-barrier-reef-2024"),
        ("  Épaves & récifs ", "epaves-recifs"),
        ("珊瑚", "task"),
        ("--", "task"),
        ("x" * 200, "x" * 80),
    ],
)
def test_any_name_gives_a_slug(name: str, made: str) -> None:
    assert slug(name, "task") == made


def test_an_unknown_type_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadValue, match="multi_class, multi_label, regression"):
        checked_type("detection")
    with pytest.raises(MissingValue):
        checked_type(None)
