"""Test that corrections become a collection that can be trained on, in both databases."""

from dataclasses import replace
from io import BytesIO

import pytest

from coralchunk.datasets.corrections_collection import CorrectionsCollection
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.storage.rows import corrections, users
from coralchunk.storage.rows.users import TokenRow
from tests.datasets.conftest import ANA, BEN, NOW, Place, picture
from tests.surveys.test_rows import CORRECTION


@pytest.fixture
def collected(place: Place) -> CorrectionsCollection:
    """The collections of two users; the first corrected two chunks, somebody without a token a third."""
    pictures = FolderStore(place.folder.parent / "corrections")
    with place.database.writing() as connection:
        for user_id in (ANA, BEN):
            row = TokenRow(0, user_id, "", "", str(user_id), ("read",), NOW, None, None, None)
            users.add_token(connection, row)
        for chunk, owner in enumerate(("token-1", "token-1", "")):
            pictures.write(f"{CORRECTION.photo_key}/{chunk}.png", BytesIO(picture(chunk, 244, 244)))
            made = replace(CORRECTION, chunk=chunk, owner=owner, label="bleached" if chunk else "healthy")
            corrections.keep_correction(connection, made)
    return CorrectionsCollection(place.database, place.datasets, pictures)


def labels_of(place: Place, collection_id: int) -> list[str]:
    return sorted(one.label_name for one in place.datasets.labelling.examples(collection_id))


def test_each_user_has_the_corrections_of_their_own_tokens(
    place: Place, collected: CorrectionsCollection
) -> None:
    mine, count = collected.collect(ANA, NOW, with_unowned=False)
    hers, none = collected.collect(BEN, NOW, with_unowned=False)

    assert (count, none) == (2, 0)
    assert labels_of(place, mine.id) == ["Bleached Coral", "Healthy Coral"]
    assert labels_of(place, hers.id) == []


def test_corrections_without_a_token_are_collected_where_that_is_wanted(
    place: Place, collected: CorrectionsCollection
) -> None:
    hers, count = collected.collect(BEN, NOW, with_unowned=True)

    assert (count, labels_of(place, hers.id)) == (1, ["Bleached Coral"])


def test_corrections_that_are_taken_back_leave_the_collection(
    place: Place, collected: CorrectionsCollection
) -> None:
    mine, _ = collected.collect(ANA, NOW, with_unowned=False)
    collected.collect(BEN, NOW, with_unowned=True)
    with place.database.writing() as connection:
        known = corrections.all_corrections(connection)
        corrections.delete_correction(connection, known[0].job_id, known[0].chunk, None, 1.9e9)

    collected.forget(known[1], picture(1, 244, 244))
    assert labels_of(place, mine.id) == ["Healthy Coral"]
    with place.database.writing() as connection:
        corrections.delete_correction(connection, known[1].job_id, known[1].chunk, None, 1.9e9)
    again, count = collected.collect(ANA, NOW, with_unowned=False)

    assert (again.id, count, labels_of(place, mine.id)) == (mine.id, 0, [])
    assert len(place.folders()) == 1  # of the other user


def test_images_that_are_no_corrections_stay_in_the_collection(
    place: Place, collected: CorrectionsCollection
) -> None:
    mine, _ = collected.collect(ANA, NOW, with_unowned=False)
    datasets = place.datasets
    label = datasets.collection_images.labels(mine)[0]
    added = datasets.collection_images.add(mine, label, picture(77, 50, 50), NOW)
    datasets.images.set_metadata(added, {"job_id": ["not", "a number"]})

    collected.collect(ANA, NOW, with_unowned=False)

    assert added.public_id in {one.image for one in datasets.labelling.examples(mine.id)}


def test_collecting_again_changes_labels_and_adds_nothing_twice(
    place: Place, collected: CorrectionsCollection
) -> None:
    first, _ = collected.collect(ANA, NOW, with_unowned=False)
    with place.database.writing() as connection:
        changed = replace(CORRECTION, chunk=0, owner="token-1", label="not coral")
        corrections.keep_correction(connection, changed)

    again, count = collected.collect(ANA, NOW, with_unowned=False)

    assert (again.id, count) == (first.id, 2)
    assert labels_of(place, again.id) == ["Bleached Coral", "Not Coral"]
