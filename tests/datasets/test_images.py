"""Test that images and their rows appear and vanish together, and what is kept of an upload."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coralchunk.config import Settings
from coralchunk.datasets.datasets import open_datasets
from coralchunk.datasets.images import Upload
from coralchunk.datasets.labels import LabelDetails
from coralchunk.datasets.sweep import remove_orphans, sweep_datasets
from coralchunk.errors import StorageFull, Unreadable
from coralchunk.errors.datasets import (
    AddressExpired,
    AlreadyStored,
    BadValue,
    ImageTooLarge,
    OtherWorkspace,
    TooManyThings,
    UnknownThing,
)
from coralchunk.imaging.stored_copy import KEPT_PX, kept_size, stored_copy
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.storage.rows import classifications, classifiers
from coralchunk.storage.rows.classifications import Classification
from coralchunk.storage.rows.classifiers import Classifier, ClassifierKind
from coralchunk.storage.rows.image_queries import ImageFilter
from coralchunk.storage.rows.images import Image as Row
from coralchunk.storage.rows.labels import Label
from coralchunk.storage.rows.workspaces import Workspace
from coralchunk.terms import Size
from tests.datasets.conftest import ANA, BEN, NOW, SETTINGS, Place, picture

DAY_S = 86_400


@pytest.fixture
def workspace(place: Place) -> Workspace:
    return place.datasets.workspaces.default(ANA, NOW)


def add(place: Place, workspace: Workspace, seed: int = 0) -> Row:
    return place.datasets.images.add(workspace, Upload(picture(seed)), NOW)


def label(place: Place, workspace: Workspace, kind: str = "category") -> Label:
    return place.datasets.labels.create(workspace, kind, LabelDetails("fish"), NOW)


def test_the_copy_that_is_kept_is_upright_and_says_nothing_of_its_camera(
    place: Place, workspace: Workspace
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held sideways
    exif[0x010F] = "Camera of Ana"
    upload = picture(0, 300, 200, "JPEG", exif=exif, quality=90)

    kept = place.datasets.images.add(workspace, Upload(upload, metadata={"depth": 7}), NOW)

    content = place.datasets.images.content(kept)
    with (
        Image.open(BytesIO(content)) as copy,
        Image.open(BytesIO(place.datasets.images.thumbnail(kept))) as small,
    ):
        assert (copy.size, copy.format, dict(copy.getexif())) == ((200, 300), "JPEG", {})
        assert max(small.size) == 256
    assert b"Ana" not in content
    assert (kept.width, kept.height, kept.metadata) == (200, 300, {"depth": 7})
    assert place.datasets.images.get(ANA, kept.public_id) == kept
    assert kept.file_name == f"{kept.public_id}.jpg"


def test_a_file_without_losses_is_kept_without_losses() -> None:
    upload = picture(1)

    copy = stored_copy(upload, 10_000)

    with Image.open(BytesIO(upload)) as before, Image.open(BytesIO(copy.content)) as after:
        assert (after.format, after.tobytes()) == ("PNG", before.tobytes())


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((512, 683), (512, 683)),
        ((1024, 10), (1024, 10)),
        ((1025, 700), (1024, 699)),
        ((30, 3000), (10, 1024)),
    ],
)
def test_only_images_over_1024_px_are_scaled(size: tuple[int, int], kept: tuple[int, int]) -> None:
    upload = picture(2, *size, form="JPEG")

    scaled, whole = stored_copy(upload, 10**8), stored_copy(upload, 10**8, keep_size=True)

    assert (scaled.size.width, scaled.size.height) == kept
    assert (whole.size.width, whole.size.height) == size
    with Image.open(BytesIO(scaled.content)) as copy:
        assert copy.size == kept


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_a_scaled_copy_keeps_its_shape_and_has_no_side_of_nothing(width: int, height: int) -> None:
    kept = kept_size(Size(width, height))

    assert 1 <= min(kept.width, kept.height) <= max(kept.width, kept.height) <= max(KEPT_PX, 1)
    assert (kept.width >= kept.height) == (width >= height) or kept.width == kept.height
    if max(width, height) <= KEPT_PX:
        assert kept == Size(width, height)


def test_the_same_bytes_are_kept_once_a_workspace(place: Place, workspace: Workspace) -> None:
    first = add(place, workspace)
    elsewhere = place.datasets.workspaces.create(ANA, "Lagoon", NOW)

    with pytest.raises(AlreadyStored, match=f"already exists.*image ID: {first.public_id}"):
        add(place, workspace)

    assert add(place, elsewhere).public_id != first.public_id
    assert len(place.folders()) == 2
    place.datasets.images.delete([first])
    assert add(place, workspace).public_id != first.public_id


def test_of_the_same_bytes_that_come_at_once_one_image_stays(place: Place, workspace: Workspace) -> None:
    def upload(_: int) -> str:
        try:
            return add(place, workspace).public_id
        except AlreadyStored as known:
            return known.image_id

    with ThreadPoolExecutor(4) as threads:
        ids = set(threads.map(upload, range(4)))

    assert len(ids) == len(place.folders()) == 1
    assert place.datasets.images.count(ImageFilter(workspace.id)) == 1


@pytest.mark.parametrize(
    "content", [b"", b"no image", picture(0)[:200]], ids=["nothing", "text", "half a file"]
)
def test_files_that_are_no_image_leave_nothing_behind(
    place: Place, workspace: Workspace, content: bytes
) -> None:
    with pytest.raises(Unreadable):
        place.datasets.images.add(workspace, Upload(content), NOW)

    assert (place.folders(), place.datasets.images.count(ImageFilter(workspace.id))) == ([], 0)


class FullDisk(FolderStore):
    """A disk that is full after the thumbnail."""

    def write(self, key: str, content: IO[bytes]) -> None:
        if key.endswith("/image"):
            raise StorageFull from OSError(errno.ENOSPC, "full")
        super().write(key, content)


def test_a_full_disk_leaves_neither_files_nor_a_row(place: Place, workspace: Workspace) -> None:
    datasets = open_datasets(place.database, ImageBlobs(FullDisk(place.folder)), SETTINGS)

    with pytest.raises(StorageFull):
        datasets.images.add(workspace, Upload(picture(0)), NOW)

    assert (place.folders(), datasets.images.count(ImageFilter(workspace.id))) == ([], 0)


def test_the_operators_limits_hold(place: Place, workspace: Workspace) -> None:
    for seed in range(40):
        place.datasets.images.add(workspace, Upload(picture(seed, 2, 2)), NOW)

    with pytest.raises(TooManyThings, match="40 images"):
        place.datasets.images.add(workspace, Upload(picture(99)), NOW)
    with pytest.raises(ImageTooLarge, match="at most 1 MB"):
        place.datasets.images.add(workspace, Upload(bytes(1_000_001)), NOW)


def test_labels_and_values_are_given_changed_and_taken(place: Place, workspace: Workspace) -> None:
    images, labelling = place.datasets.images, place.datasets.labelling
    first, second = add(place, workspace, 1), add(place, workspace, 2)
    depth = label(place, workspace, "value")

    for value in (None, 3.5, None):
        labelling.add([first, second], depth, value, NOW)
    labelling.set_value(second, depth, -1.0)
    labelling.remove([first], depth)
    labelling.remove([first], depth)

    assert {
        row: [link.value for link in links] for row, links in images.labels_of([first, second]).items()
    } == {
        first.id: [],
        second.id: [-1.0],
    }
    with pytest.raises(UnknownThing):
        labelling.set_value(first, depth, 1.0)


def test_labels_that_do_not_fit_are_refused(place: Place, workspace: Workspace) -> None:
    elsewhere = place.datasets.workspaces.create(ANA, "Lagoon", NOW)
    image = add(place, workspace)

    with pytest.raises(OtherWorkspace):
        place.datasets.labelling.add([image], label(place, elsewhere), None, NOW)
    with pytest.raises(BadValue, match="has no values"):
        place.datasets.labelling.add([image], label(place, workspace), 1.0, NOW)
    with pytest.raises(BadValue, match="finite"):
        place.datasets.labelling.add([image], label(place, workspace, "value"), float("nan"), NOW)


def test_a_label_is_deleted_with_its_images_if_that_is_wanted(place: Place, workspace: Workspace) -> None:
    images = [add(place, workspace, seed) for seed in range(3)]
    fish = label(place, workspace)
    place.datasets.labelling.add(images[:2], fish, None, NOW)

    deleted = place.datasets.images.delete_with_label(place.datasets.labels.get(ANA, fish.public_id))

    assert deleted == 2
    assert place.folders() == [images[2].blob]
    assert place.datasets.images.count(ImageFilter(workspace.id)) == 1


def test_a_user_verifies_an_image_and_takes_it_back(place: Place, workspace: Workspace) -> None:
    image = add(place, workspace)

    first, again = (place.datasets.labelling.verify(image, ANA, NOW) for _ in range(2))

    assert first == again
    assert place.datasets.images.get(ANA, image.public_id).verify_count == 1
    with pytest.raises(UnknownThing):
        place.datasets.labelling.unverify(BEN, first.public_id)
    with pytest.raises(UnknownThing):
        place.datasets.labelling.verify(image, 99, NOW)
    place.datasets.labelling.unverify(ANA, first.public_id)
    assert place.datasets.images.get(ANA, image.public_id).verify_count == 0


def test_the_sweep_removes_bytes_that_no_row_knows_and_leaves_what_is_young(
    place: Place, workspace: Workspace
) -> None:
    kept = add(place, workspace, 1)
    blobs = ImageBlobs(FolderStore(place.folder))
    for name in ("old", "young"):
        blobs.write(name, b"", b"")
    for path in [*(place.folder / "old").iterdir(), *(place.folder / kept.blob).iterdir()]:
        os.utime(path, (NOW - 4000, NOW - 4000))
    for path in (place.folder / "young").iterdir():
        os.utime(path, (NOW - 10, NOW - 10))

    removed = remove_orphans(place.database, blobs, NOW)

    assert removed == 1
    assert place.folders() == sorted([kept.blob, "young"])


def test_a_signed_address_holds_for_a_day_and_only_as_it_was_signed(place: Place) -> None:
    addresses, path = place.datasets.addresses, "/image/a.jpg"
    query = dict(part.split("=") for part in addresses.sign(path, NOW).split("&"))
    expires, signature = query["expires"], query["signature"]

    for later_s in (0, DAY_S):
        addresses.check(path, expires, signature, NOW + later_s)
    assert addresses.sign(path, NOW) == addresses.sign(path, NOW - NOW % DAY_S)
    for changed in (
        (path, expires, signature, NOW + 2 * DAY_S),
        ("/image/b.jpg", expires, signature, NOW),
        (path, str(int(expires) + 1), signature, NOW),
        (path, expires, signature[:-1] + ("0" if signature[-1] != "0" else "1"), NOW),
        (path, "", "", NOW),
        (path, "\u0661", "\ud800", NOW),
    ):
        with pytest.raises(AddressExpired):
            addresses.check(*changed)


def test_another_users_image_is_unknown(place: Place, workspace: Workspace) -> None:
    image = add(place, workspace)

    with pytest.raises(UnknownThing):
        place.datasets.images.get(BEN, image.public_id)
    with pytest.raises(UnknownThing):
        place.datasets.images.find(ANA, [image.public_id, "x"])
    assert place.datasets.images.find_anyones(image.public_id) == image


def test_a_collection_tells_what_it_teaches(place: Place, workspace: Workspace) -> None:
    images = [add(place, workspace, seed) for seed in range(3)]
    fish, other = label(place, workspace), label(place, workspace)
    collection = place.datasets.collections.create(
        workspace, ClassifierKind.TASK, "multi_class", "Reef", None, NOW
    )
    place.datasets.collections.add_label(collection, fish)
    place.datasets.labelling.add(images[:2], fish, None, NOW)
    place.datasets.labelling.add(images, other, None, NOW)
    place.datasets.images.change([images[1]], {"is_test": True})

    examples = place.datasets.labelling.examples(collection.id)

    assert [(one.image, one.label, one.is_test) for one in examples] == [
        (images[0].public_id, fish.public_id, False),
        (images[1].public_id, fish.public_id, True),
    ]
    assert place.datasets.labelling.count_images(collection.id) == 2


def test_classifications_keep_their_images_until_their_time_has_passed(place: Place, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=place.url)
    blobs = ImageBlobs(FolderStore(place.folder))
    with place.database.writing() as connection:
        classifier = Classifier(0, ANA, "task", "Reef", "reef", "", None, {}, None, 0, NOW, NOW)
        known = classifiers.add_classifier(connection, classifier)
        for number, age_s in enumerate((10, settings.feedback_ttl + 10)):
            said = Classification(
                str(number),
                "r",
                ANA,
                known.id,
                None,
                "coral",
                0.9,
                "0" * 64,
                f"said-{number}",
                None,
                NOW - age_s,
            )
            classifications.add_classification(connection, said)
            blobs.write(said.blob, b"image", b"")
    for path in place.folder.glob("said-*/*"):
        os.utime(path, (NOW - 4000, NOW - 4000))

    removed = sweep_datasets(settings, NOW)

    assert (removed, place.folders()) == (1, ["said-0"])
