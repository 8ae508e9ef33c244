"""Drive the maker's client through what it can do with tasks, labels and images."""

import uuid
from pathlib import Path

import httpx
import pytest
from PIL import Image as PillowImage
from ximilar.client.exceptions import XimilarClientInvalidDataException
from ximilar.client.recognition import Image, Label, RecognitionClient, Task

from tests.server import RunningServer
from tests.ximilar.conftest import NewUser, base64_of, picture

UNKNOWN = str(uuid.uuid4())


def uploaded(client: RecognitionClient, **record: object) -> Image:
    (image,), status = client.upload_images([{"_base64": base64_of(picture()).encode(), **record}])
    assert status == {"status": "OK"}
    return image


def made_label(client: RecognitionClient, kind: str = "category", name: str = "coral") -> Label:
    label, status = client.create_label(name, label_type=kind)
    assert status == {"status": "OK"}
    return label


def test_tasks_of_each_type_are_made_found_and_deleted(client: RecognitionClient) -> None:
    made = [
        client.create_task(f"My {kind}", "a reef", kind)[0]
        for kind in ("multi_class", "multi_label", "regression")
    ]

    found, _ = client.get_task(made[0].id)
    every, _ = client.get_all_tasks()
    named, _ = client.get_tasks_by_name("My regression")

    assert (found.name, found.type, found.description, found.production_version, found.last_train_status) == (
        "My multi_class",
        "multi_class",
        "a reef",
        0,
        "",
    )
    assert {task.id for task in made} <= {task.id for task in every}
    assert [task.id for task in named] == [made[2].id]
    for task in made:
        task.remove()
    assert client.get_tasks_by_name("My regression")[0] is None
    gone, status = client.get_task(made[0].id)
    assert gone is None
    assert "never existed" in status["status"]


def test_a_task_without_a_description_has_an_empty_one(client: RecognitionClient) -> None:
    task, _ = client.create_task("plain")

    assert (task.description, task.type) == ("", "multi_class")


def test_an_unknown_type_of_task_is_refused_in_words(client: RecognitionClient) -> None:
    task, status = client.create_task("My task", task_type="detection")

    assert task is None
    assert "use one of multi_class, multi_label, regression" in status["status"]


def test_a_tagging_task_makes_its_negative_label(client: RecognitionClient) -> None:
    task, _ = client.create_task("Tags", task_type="multi_label")

    negative, _ = task.get_negative_label()

    assert (negative.type, negative.negative_for_task) == ("tag", task.id)
    other, _ = client.create_task("Classes")
    assert other.get_negative_label()[0] is None
    task.remove()
    assert client.get_label(negative.id)[0] is None


@pytest.mark.parametrize(
    ("task_type", "fitting"), [("multi_class", "category"), ("multi_label", "tag"), ("regression", "value")]
)
def test_labels_of_the_tasks_type_are_added_and_others_refused(
    client: RecognitionClient, task_type: str, fitting: str
) -> None:
    task, _ = client.create_task("Mine", task_type=task_type)
    labels = {kind: made_label(client, kind) for kind in ("category", "tag", "value")}

    answers = {kind: task.add_label(label.id) for kind, label in labels.items()}

    assert {kind for kind, answer in answers.items() if "detail" not in answer} == {fitting}
    found = [label.id for label in client.get_task(task.id)[0].get_labels()[0] if not label.negative_for_task]
    assert found == [labels[fitting].id]
    assert client.get_label(labels[fitting].id)[0].tasks_count == 1
    for _ in range(2):
        assert "detail" not in task.detach_label(labels[fitting].id)
    assert client.get_label(labels[fitting].id)[0].tasks_count == 0


def test_labels_are_found_by_id_part_of_their_name_and_name(client: RecognitionClient) -> None:
    label, _ = client.create_label("Brain coral 100%", "round", "brain", "tag", color="red")

    found, _ = client.get_label(label.id)

    assert (found.name, found.description, found.output_name, found.type) == (
        "Brain coral 100%",
        "round",
        "brain",
        "tag",
    )
    assert [one.id for one in client.get_labels_by_substring("rAIN cor")[0]] == [label.id]
    assert client.get_label_by_name("Brain coral 100%", "tag")[0].id == label.id
    assert client.get_label_by_name("Brain coral 100%", "category")[0] is None
    assert client.get_labels_by_substring("no such label") == (None, {"status": "No labels found"})
    label.remove()
    assert client.get_label(label.id) == (None, {"status": "label with id not found"})


def test_every_page_of_a_long_list_is_fetched(client: RecognitionClient) -> None:
    before = len(client.get_all_labels()[0])
    labels = [made_label(client, name=f"label {number}") for number in range(60)]

    found, _ = client.get_all_labels()

    assert len(found) == before + 60
    assert len({label.id for label in found}) == len(found)
    assert {label.id for label in client.get_labels_by_substring("label 1")[0]} == {
        label.id for label in labels if label.name.startswith("label 1")
    }
    for label in labels:
        label.remove()


def test_an_image_is_uploaded_with_labels_and_all_that_is_said_of_it(client: RecognitionClient) -> None:
    coral, depth = made_label(client), made_label(client, "value", "depth")

    image = uploaded(
        client,
        labels=[coral.id],
        values={depth.id: 7.5},
        meta_data={"site": "Flynn"},
        test_image=True,
        real=True,
    )

    found, _ = client.get_image(image.id)
    assert (found.img_width, found.img_height, found.meta_data, found.test_image, found.real_image) == (
        64,
        48,
        {"site": "Flynn"},
        True,
        True,
    )
    assert {label.id for label in found.get_labels()[0]} == {coral.id, depth.id}
    assert client.get_label(coral.id)[0].get_images_count() == 1


def test_images_come_as_files_and_through_a_label(client: RecognitionClient, picture_file: str) -> None:
    label = made_label(client)

    (image,), _ = label.upload_images([{"_file": picture_file}])

    assert [one.id for one in label.get_training_images()[0]] == [image.id]
    label.detach_image(image.id)
    assert label.get_training_images()[0] == []


@pytest.mark.parametrize(
    ("sent", "resize", "kept"),
    [
        pytest.param((900, 1200), True, (512, 682), id="scaled by the client"),
        pytest.param((900, 1200), False, (900, 1200), id="not to be scaled"),
        pytest.param((512, 683), False, (512, 683), id="small"),
    ],
)
def test_an_image_keeps_the_size_that_it_comes_in(
    client: RecognitionClient, tmp_path: Path, sent: tuple[int, int], resize: bool, kept: tuple[int, int]
) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(picture(*sent))

    (image,), _ = client.upload_images([{"_file": str(path), "noresize": not resize}])

    assert (image.img_width, image.img_height) == kept


def test_a_client_that_wants_large_images_has_them_kept(token: str, endpoint: str, tmp_path: Path) -> None:
    client = RecognitionClient(token, endpoint=endpoint, max_image_size=2000)
    path = tmp_path / "large.jpg"
    path.write_bytes(picture(1800, 1300))

    (image,), _ = client.upload_images([{"_file": str(path)}])

    assert (image.img_width, image.img_height) == (1800, 1300)


def test_an_image_that_is_there_is_labelled_again(client: RecognitionClient, picture_file: str) -> None:
    first, second = made_label(client), made_label(client, name="sand")
    (image,), _ = client.upload_images([{"_file": picture_file, "labels": [first.id]}])

    (again,), status = client.upload_images([{"_file": picture_file, "labels": [second.id]}])

    assert (again.id, status) == (image.id, {"status": "exists"})
    assert {label.id for label in client.get_image(image.id)[0].get_labels()[0]} == {first.id, second.id}


def test_what_is_no_image_is_told_and_the_others_are_kept(client: RecognitionClient) -> None:
    records = [{"_base64": base64_of(b"no image").encode()}, {"_base64": base64_of(picture()).encode()}]

    images, status = client.upload_images(records)

    assert len(images) == 1
    assert status["status"].startswith("image not uploaded")


def test_images_are_uploaded_in_parallel(client: RecognitionClient) -> None:
    records = [{"_base64": base64_of(picture()).encode()} for _ in range(8)]

    results = client.parallel_records_processing(records, client.upload_images, max_workers=4)

    assert len({images[0].id for images, _ in results}) == 8


def test_labels_and_values_of_an_image_change(client: RecognitionClient) -> None:
    image, depth = uploaded(client), made_label(client, "value", "depth")
    image.add_label(depth.id)

    def images_at(value: float) -> list[str]:
        return [one.id for one in depth.get_training_images(value=value)[0]]

    assert images_at(3) == []
    image.add_label(depth.id, 3)
    assert images_at(3) == [image.id]
    image.update_label(depth.id, 4.25)
    assert (images_at(3), images_at(4.25)) == ([], [image.id])
    assert "detail" in image.add_label(depth.id, "deep")
    for _ in range(2):
        assert "detail" not in image.detach_label(depth.id)
    assert client.get_image(image.id)[0].get_labels()[0] == []


def test_lists_of_images_are_filtered(client: RecognitionClient) -> None:
    label = made_label(client)
    tested, plain, other = (
        uploaded(client, labels=[label.id], test_image=True),
        uploaded(client),
        uploaded(client),
    )
    plain.add_label(label.id)
    plain.set_real(True)

    def ids(answer: tuple[list[Image], str | None, dict[str, object]]) -> set[str]:
        return {image.id for image in answer[0]}

    assert ids(label.get_training_images()) == {tested.id, plain.id}
    assert ids(label.get_training_images(test=True)) == {tested.id}
    without = ids(label.get_training_images(not_label=True))
    assert other.id in without
    assert not without & {tested.id, plain.id}
    assert plain.id in ids(client.get_training_images(real=True))
    assert plain.id not in ids(client.get_training_images(real=False))
    assert tested.id in ids(client.get_training_images(test=True))
    tested.verify(client.get_user_details()["id"])
    assert ids(client.get_training_images(verification=1)) == {tested.id}


def test_pages_of_images_are_walked_through(new_user: NewUser, endpoint: str) -> None:
    client = RecognitionClient(new_user(), endpoint=endpoint)
    ids = [uploaded(client).id for _ in range(5)]

    first, following, status = client.get_training_images("recognition/v2/training-image/?page_size=2")
    second, _, _ = client.get_training_images(following)

    assert [image.id for image in [*first, *second]] == ids[:4]
    assert status == {"count": 5, "status": "ok"}
    assert [image.id for image in client.training_images_iter()] == ids


def test_metadata_is_added_and_cleared(client: RecognitionClient) -> None:
    image = uploaded(client, meta_data={"a": 1})

    image.add_meta_data({"b": [1, {"c": None}]})
    assert client.get_image(image.id)[0].get_meta_data() == {"a": 1, "b": [1, {"c": None}]}
    image.clear_meta_data()
    assert client.get_image(image.id)[0].get_meta_data() == {}


def test_many_images_are_changed_at_once(client: RecognitionClient) -> None:
    first, second, images = (
        made_label(client),
        made_label(client, name="sand"),
        [uploaded(client) for _ in range(3)],
    )

    by_id = client.modify_images([one.id for one in images], add_labels=[first.id], test=True, real=True)
    by_label = client.modify_images(
        labels=[first.id], add_labels=[second.id], remove_labels=[first.id], test=False
    )

    assert (by_id, by_label) == ({"count": 3}, {"count": 3})
    for image in images:
        found, _ = client.get_image(image.id)
        assert (found.test_image, found.real_image) == (False, True)
        assert [label.id for label in found.get_labels()[0]] == [second.id]
    with pytest.raises(XimilarClientInvalidDataException):
        client.modify_images()
    assert "detail" in client.modify_images([images[0].id, UNKNOWN], test=True)
    assert client.get_image(images[0].id)[0].test_image is False


def test_an_image_is_downloaded_and_gone_once_it_is_removed(
    client: RecognitionClient, tmp_path: Path
) -> None:
    image = uploaded(client)

    path = image.download(f"{tmp_path}/")

    assert Path(path).name == f"{image.id}.jpg"
    with PillowImage.open(path) as kept:
        assert kept.size == (64, 48)
    assert httpx.get(image.thumb_img_path).status_code == 200
    image.remove()
    assert client.get_image(image.id) == (None, {"status": "image with id not found"})
    assert httpx.get(image.img_path).status_code == httpx.get(image.thumb_img_path).status_code == 404


def test_wiping_a_label_takes_its_images_along_and_deleting_one_does_not(client: RecognitionClient) -> None:
    wiped, deleted = made_label(client), made_label(client)
    gone, kept = uploaded(client, labels=[wiped.id]), uploaded(client, labels=[deleted.id])

    wiped.wipe()
    deleted.remove()

    assert client.get_image(gone.id)[0] is None
    assert client.get_image(kept.id)[0].get_labels()[0] == []
    assert client.get_label(wiped.id)[0] is None
    assert client.get_label(deleted.id)[0] is None


def test_an_image_is_verified_and_unverified(client: RecognitionClient) -> None:
    image = uploaded(client)

    for _ in range(2):
        image.verify(client.get_user_details()["id"])
    assert (image.verifyCount, client.get_image(image.id)[0].verifyCount) == (1, 1)
    image.unverify()
    assert (image.verifyCount, client.get_image(image.id)[0].verifyCount) == (0, 0)


def test_a_workspace_of_ones_own_is_kept_apart(
    client: RecognitionClient, token: str, endpoint: str, server: RunningServer
) -> None:
    headers = {"Authorization": f"Token {token}"}
    made = server.client.post("/account/v2/workspace/", json={"name": "Lagoon"}, headers=headers).json()
    lagoon = RecognitionClient(token, endpoint=endpoint, workspace=made["id"])
    task, _ = lagoon.create_task("There")
    label, _ = task.create_label("there")
    task.add_label(label.id)
    (image,), _ = label.upload_images([{"_base64": base64_of(picture()).encode()}])

    assert task.workspace == image.workspace == made["id"]
    assert [one.id for one in lagoon.get_all_tasks()[0]] == [task.id]
    assert [one.id for one in task.get_labels()[0]] == [label.id]
    assert [one.id for one in label.get_training_images()[0]] == [image.id]
    assert [one.id for one in lagoon.get_training_images()[0]] == [image.id]
    assert task.id not in {one.id for one in client.get_all_tasks()[0]}
    assert image.id not in {one.id for one in client.get_training_images()[0]}
    assert "detail" in image.add_label(made_label(client).id)
    assert lagoon.modify_images([image.id], test=True) == {"count": 1}
    task.remove()
    label.remove()
    image.remove()


def test_another_users_things_are_unknown(client: RecognitionClient, stranger: RecognitionClient) -> None:
    task, _ = client.create_task("Mine")
    label, image = made_label(client), uploaded(client)
    hers = Task(
        stranger.token, stranger.endpoint, {"id": task.id, "name": "", "type": "", "production_version": 0}
    )

    assert (
        stranger.get_task(task.id)[0]
        is stranger.get_label(label.id)[0]
        is stranger.get_image(image.id)[0]
        is None
    )
    assert "detail" in hers.add_label(label.id)
    assert "detail" in stranger.remove_task(task.id)
    assert "detail" in stranger.remove_label(label.id)
    assert "detail" in stranger.remove_image(image.id)
    assert "detail" in stranger.modify_images([image.id], test=True)
    assert client.get_task(task.id)[0].id == task.id


def test_a_wrong_token_is_refused_in_words(endpoint: str) -> None:
    client = RecognitionClient("non-existing-token", endpoint=endpoint)

    assert client.get_all_tasks()[1]["detail"].startswith("This token is not valid")
    assert client.create_task("Mine")[1]["status"].startswith("This token is not valid")


def test_annotation_extras_do_not_crash(client: RecognitionClient) -> None:
    task, _ = client.create_task("Mine")
    label = made_label(client)

    label.add_annotate_task(task.id)
    assert [one.id for one in label.get_annotate_tasks()[0]] == [task.id]
    label.detach_annotate_task(task.id)
    assert label.get_annotate_tasks()[0] == []
    assert "detail" in client.create_point(UNKNOWN, "eye", {})[0]


def test_a_client_that_is_pointed_here_has_its_token_checked(
    server: RunningServer, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client asks a fixed address for permission; a name in DNS can lead it here."""
    address = f"http://127.0.0.1:{server.port}/"
    monkeypatch.setattr("ximilar.client.client.ENDPOINT", address)

    assert isinstance(RecognitionClient(token, endpoint=address).get_all_tasks()[0], list)
    with pytest.raises(Exception, match=r"not valid.*tech@ximilar\.com"):
        RecognitionClient("non-existing-token", endpoint=address)
