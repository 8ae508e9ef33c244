"""Test workspaces, labels, images, collections and versions as rows, in both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from coralchunk.storage.rows import (
    classifier_versions,
    classifiers,
    collections,
    image_labels,
    images,
    labels,
    networks,
    users,
    verifications,
    workspaces,
)
from coralchunk.storage.rows.classifier_versions import ClassifierVersion
from coralchunk.storage.rows.classifiers import Classifier, ClassifierKind
from coralchunk.storage.rows.image_labels import ImageLabel
from coralchunk.storage.rows.image_queries import ImageFilter, ValueBounds, count_images, page_of_images
from coralchunk.storage.rows.images import Image
from coralchunk.storage.rows.labels import Label, LabelFilter
from coralchunk.storage.rows.networks import Network
from coralchunk.storage.rows.verifications import Verification
from coralchunk.storage.rows.workspaces import Workspace
from coralchunk.storage.sql.database import Database, open_database
from coralchunk.storage.sql.secrets import shared_key

ANA, BEN, SPACE = 1, 2, 1  # ids of rows
CLASSIFIER = Classifier(0, ANA, "task", "Reef", "reef", "", None, {}, None, 0, 1.0, 1.0)
VERSION = ClassifierVersion(0, "", 1, None, 0, "ready", None, None, [], {}, {}, None, 1.0, None)
NETWORK = Network(0, ANA, "n", "", "onnx", "0" * 64, 1, "b", {}, None, {}, "ready", None, None, 1.0, 1.0)
IMAGE = Image(0, "", SPACE, "", "", "jpg", 8, 8, 99, {"a": 1}, False, False, 0, 1.0)


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A database with two users and a workspace of the first."""
    database = open_database(database_url, tmp_path)
    with database.writing() as connection:
        for name in ("ana", "ben"):
            users.add_user(connection, name, "x", 1.0)
        workspaces.add_workspace(connection, Workspace(0, "w", ANA, "Default", True, {}, 1.0))
    yield database
    database.close()


def label(name: str, public_id: str = "") -> Label:
    return Label(0, public_id or name, SPACE, "", "category", name, "", None, None, 0, 0, 1.0)


def image(number: int, **changes: object) -> Image:
    named = {"public_id": f"i{number}", "sha256": str(number), "blob": f"b{number}"}
    return replace(IMAGE, **(named | changes))  # type: ignore[arg-type]


def add_images(database: Database, count: int) -> list[Image]:
    with database.writing() as connection:
        added = [images.add_image(connection, image(number)) for number in range(count)]
    assert None not in added
    return [one for one in added if one is not None]


def test_a_user_has_one_default_workspace(database: Database) -> None:
    with database.writing() as connection:
        again = workspaces.add_workspace(connection, Workspace(0, "x", ANA, "Second", True, {}, 1.0))
        other = workspaces.add_workspace(connection, Workspace(0, "y", ANA, "Third", False, {}, 1.0))

    with database.reading() as connection:
        default = workspaces.find_default_workspace(connection, ANA)
        assert default is not None
        assert (again, other, default.public_id) == (False, True, "w")
        assert workspaces.count_workspaces(connection, ANA) == 2
        assert workspaces.find_workspace(connection, BEN, "w") is None


def test_a_slug_that_is_taken_gets_a_number(database: Database) -> None:
    with database.writing() as connection:
        mine = [classifiers.add_classifier(connection, CLASSIFIER).slug for _ in range(3)]
        hers = classifiers.add_classifier(connection, replace(CLASSIFIER, user_id=BEN)).slug
        shared = classifiers.add_classifier(connection, replace(CLASSIFIER, user_id=None, slug="lite0")).slug
        not_shared = classifiers.add_classifier(connection, replace(CLASSIFIER, slug="lite0")).slug

    assert mine == ["reef", "reef-2", "reef-3"]
    assert (hers, shared, not_shared) == ("reef", "lite0", "lite0-2")


def test_versions_that_are_added_at_once_get_numbers_of_their_own(database: Database) -> None:
    def add(number: int) -> int:
        with database.writing() as connection:
            version = replace(VERSION, public_id=str(number))
            return classifier_versions.add_version(connection, version).number

    with database.writing() as connection:
        classifiers.add_classifier(connection, CLASSIFIER)
    with ThreadPoolExecutor(4) as threads:
        numbers = list(threads.map(add, range(8)))

    assert sorted(numbers) == list(range(1, 9))


def test_when_the_current_version_is_deleted_the_newest_that_answers_takes_its_place(
    database: Database,
) -> None:
    with database.writing() as connection:
        classifiers.add_classifier(connection, CLASSIFIER)
        first, second, failed = (
            classifier_versions.add_version(connection, replace(VERSION, public_id=state, state=state[:-1]))
            for state in ("ready1", "ready2", "failed3")
        )
        classifiers.change_classifier(connection, 1, {"current_version_id": second.id})
        classifier_versions.delete_version(connection, second)

    with database.writing() as connection:
        found = classifiers.find_classifier(connection, ANA, 1)
        assert found is not None
        assert (found.current_version_id, failed.number) == (first.id, 3)
        classifier_versions.delete_version(connection, first)
        found = classifiers.find_classifier(connection, ANA, 1)
        assert found is not None
        assert found.current_version_id is None
        again = classifier_versions.add_version(connection, replace(VERSION, public_id="ready4"))
        assert again.number == 4
        assert classifier_versions.find_version(connection, BEN, "ready4") is None


def test_a_network_takes_its_versions_along(database: Database) -> None:
    with database.writing() as connection:
        classifiers.add_classifier(connection, CLASSIFIER)
        network = networks.add_network(connection, NETWORK)
        version = classifier_versions.add_version(
            connection, replace(VERSION, public_id="v", network_id=network.id)
        )
        classifiers.change_classifier(connection, 1, {"current_version_id": version.id})
        networks.delete_network(connection, network.id)

    with database.reading() as connection:
        found = classifiers.find_classifier(connection, ANA, 1)
        assert found is not None
        assert found.current_version_id is None
        assert classifier_versions.versions_of(connection, [1]) == []


def test_a_search_takes_its_text_literally_and_in_any_case(database: Database) -> None:
    with database.writing() as connection:
        for name in ("100% Coral", "100 Corals", "sea_fan", "seafan", "SEEÖHR"):
            labels.add_label(connection, label(name))

    def found(search: str) -> list[str]:
        with database.reading() as connection:
            wanted = LabelFilter(SPACE, search=search)
            page = labels.page_of_labels(connection, wanted)
            assert labels.count_labels(connection, wanted) == len(page)
            return [one.name for one in page]

    assert found("coral") == ["100% Coral", "100 Corals"]
    assert found("0% c") == ["100% Coral"]
    assert found("A_F") == ["sea_fan"]
    assert found("eöh") == ["SEEÖHR"]


def test_a_workspace_keeps_the_same_bytes_once(database: Database) -> None:
    add_images(database, 1)
    with database.writing() as connection:
        workspaces.add_workspace(connection, Workspace(0, "x", BEN, "Default", True, {}, 1.0))
        again = images.add_image(connection, image(0, public_id="again", blob="again"))
        elsewhere = images.add_image(connection, image(0, public_id="b", blob="b", workspace_id=2))

    assert again is None
    assert elsewhere is not None
    with database.reading() as connection:
        found = images.find_image_by_content(connection, SPACE, "0")
        assert found == images.find_image(connection, ANA, "i0")
        assert images.find_image(connection, BEN, "i0") is None


def test_images_are_found_by_label_value_and_marks(database: Database) -> None:
    added = add_images(database, 6)
    with database.writing() as connection:
        fish, depth = (labels.add_label(connection, label(name)) for name in ("fish", "depth"))
        for one in added[:4]:
            image_labels.add_image_label(connection, ImageLabel(0, f"f{one.id}", one.id, fish, None, 1.0))
        for one in added[2:]:
            image_labels.add_image_label(
                connection, ImageLabel(0, f"d{one.id}", one.id, depth, float(one.id), 1.0)
            )
        images.change_images(connection, [added[0].id, added[5].id], {"is_test": True})

    def found(**wanted: object) -> list[int]:
        with database.reading() as connection:
            asked = ImageFilter(SPACE, **wanted)  # type: ignore[arg-type]
            page = page_of_images(connection, asked, limit=99)
            assert count_images(connection, asked) == len(page)
            return [one.id for one in page]

    assert found() == [1, 2, 3, 4, 5, 6]
    assert found(label_ids=(fish,)) == [1, 2, 3, 4]
    assert found(label_ids=(fish, depth)) == [3, 4]
    assert found(not_label_ids=(fish,)) == [5, 6]
    assert found(values=(ValueBounds(depth, 4.0, 5.0),)) == [4, 5]
    assert found(values=(ValueBounds(depth, 4.0, None),), is_test=True) == [6]
    assert found(not_label_ids=(fish, depth)) == []
    assert found(label_ids=(fish,), not_label_ids=(depth,)) == [1, 2]
    assert found(label_ids=(fish,), values=(ValueBounds(depth, None, 3.0),)) == [3]
    assert found(is_real=True) == []
    assert found(verify_count=0, label_ids=(fish,), is_test=False) == [2, 3, 4]


def test_pages_leave_no_gap_when_images_vanish_between_them(database: Database) -> None:
    add_images(database, 6)
    with database.writing() as connection:
        first = page_of_images(connection, ImageFilter(SPACE), limit=3)
        images.delete_images(connection, [first[0].id])
        second = page_of_images(connection, ImageFilter(SPACE), after_id=first[-1].id, limit=3)

    assert [one.id for one in first + second] == [1, 2, 3, 4, 5, 6]


def test_labels_tell_how_many_images_and_collections_they_have(database: Database) -> None:
    add_images(database, 2)
    with database.writing() as connection:
        fish = labels.add_label(connection, label("fish"))
        for number in (1, 2):
            assert image_labels.add_image_label(
                connection, ImageLabel(0, str(number), number, fish, None, 1.0)
            )
        classifiers.add_classifier(connection, CLASSIFIER)
        collections.add_collection(connection, "c", SPACE, 1, "multi_class", 1.0)
        for _ in range(2):
            collections.add_label_to_collection(connection, 1, fish)

    with database.writing() as connection:
        found = labels.find_label(connection, ANA, "fish")
        assert found is not None
        assert (found.images_count, found.collections_count) == (2, 1)
        assert image_labels.count_images_of_collection(connection, 1) == 2
        labels.delete_label(connection, fish)
        assert collections.count_labels_of_collection(connection, 1) == 0
        assert count_images(connection, ImageFilter(SPACE)) == 2


def test_a_collection_goes_with_its_classifier_and_takes_its_negative_label_along(
    database: Database,
) -> None:
    with database.writing() as connection:
        classifiers.add_classifier(connection, CLASSIFIER)
        collection = collections.add_collection(connection, "c", SPACE, 1, "multi_label", 1.0)
        for name, negative_for in (("none", collection), ("other", None)):
            found = labels.add_label(connection, label(name), negative_for)
            collections.add_label_to_collection(connection, collection, found)
        known = collections.find_collection(connection, ANA, "c")
        negative = labels.find_label(connection, ANA, "none")
        classifiers.delete_classifier(connection, 1)

    with database.reading() as connection:
        assert known is not None
        assert (known.name, known.slug, known.workspace, known.current_number) == ("Reef", "reef", "w", None)
        assert negative is not None
        assert negative.negative_for == "c"
        assert collections.find_collection(connection, ANA, "c") is None
        assert [one.name for one in labels.page_of_labels(connection, LabelFilter(SPACE))] == ["other"]


def test_collections_are_listed_by_kind(database: Database) -> None:
    with database.writing() as connection:
        for number, kind in enumerate(("task", "training_set", "task"), start=1):
            classifiers.add_classifier(connection, replace(CLASSIFIER, kind=kind))
            collections.add_collection(connection, f"c{number}", SPACE, number, "multi_class", 1.0)

    with database.reading() as connection:
        page = collections.page_of_collections(connection, SPACE, ClassifierKind.TASK, offset=1, limit=9)
        assert [one.public_id for one in page] == ["c3"]
        assert collections.count_collections(connection, SPACE, ClassifierKind.TASK) == 2
        both = frozenset(ClassifierKind)
        assert [one.kind for one in collections.collections_of(connection, ANA, both)] == [
            "task",
            "training_set",
            "task",
        ]
        assert collections.collections_of(connection, BEN, both) == []


def test_each_user_verifies_an_image_once(database: Database) -> None:
    add_images(database, 1)

    def count() -> int:
        with database.reading() as connection:
            found = images.find_image(connection, ANA, "i0")
            assert found is not None
            return found.verify_count

    with database.writing() as connection:
        for public_id, user in (("a", ANA), ("b", BEN), ("c", BEN)):
            verifications.add_verification(connection, Verification(public_id, 1, "", user, 1.0))
    assert count() == 2

    with database.writing() as connection:
        assert not verifications.delete_verification(connection, BEN, "a")  # the image is not hers
        assert verifications.delete_verification(connection, ANA, "a")
        assert [one.public_id for one in verifications.verifications_of(connection, ANA, 1)] == ["b"]
    assert count() == 1


def test_all_processes_sign_with_the_same_key(database: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        keys = set(threads.map(lambda _: shared_key(database, "images"), range(8)))

    assert len(keys) == 1
    assert len(*keys) == 32
    assert shared_key(database, "others") not in keys
