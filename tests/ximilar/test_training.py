"""Train tasks of each type with the maker's client, and classify with what came of it."""

import base64
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image as PillowImage
from ximilar.client.exceptions import XimilarClientException
from ximilar.client.recognition import Label, RecognitionClient, Task

from tests.server import RunningServer
from tests.training.textures import texture
from tests.waiting import wait_for
from tests.ximilar.conftest import NewUser, base64_of, picture

pytestmark = pytest.mark.slow

IMAGES = 20  # of each label, the fewest that are taken
NEW = 5000  # seeds from here on were not trained on
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def drawn(name: str, seed: int) -> bytes:
    """Draw a file of a texture."""
    file = BytesIO()
    PillowImage.fromarray(texture(name, seed)).save(file, "JPEG", quality=92)
    return file.getvalue()


def record(name: str, seed: int, **more: object) -> dict[str, object]:
    return {"_base64": base64_of(drawn(name, seed)), **more}


def upload(client: RecognitionClient, name: str, seed: int, **more: object) -> None:
    images, _ = client.upload_images([{"_base64": base64_of(drawn(name, seed)).encode(), **more}])
    assert len(images) == 1


def trained(client: RecognitionClient, task: Task, version: int = 1) -> Task:
    """Train a task and wait until it answers."""
    assert "detail" not in task.train()

    def is_done() -> bool:
        found, _ = client.get_task(task.id)
        assert found.last_train_status in {"IN_TRAINING", "TRAINED"}
        return found.last_train_status == "TRAINED"

    wait_for(is_done, "the end of the training")
    found, _ = client.get_task(task.id)
    assert found.production_version == version
    return found


@pytest.fixture(scope="module")
def learner(new_user: NewUser, endpoint: str) -> RecognitionClient:
    """A user of whom nothing else is tested; pictures are sent as they are."""
    return RecognitionClient(new_user(), endpoint=endpoint, max_image_size=0)


@pytest.fixture(scope="module")
def classes(learner: RecognitionClient) -> tuple[Task, dict[str, Label]]:
    """A trained task of two textures."""
    task, _ = learner.create_task("Textures")
    labels = {}
    for name in ("stripes", "dots"):
        labels[name], _ = task.create_label(name, output_name=name.upper())
        task.add_label(labels[name].id)
        for seed in range(IMAGES):
            upload(learner, name, seed, labels=[labels[name].id], test_image=seed == 0)
    return trained(learner, task), labels


@pytest.fixture
def models(server: RunningServer, learner: RecognitionClient) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Token {learner.token}"}
    with httpx.Client(
        base_url=f"http://127.0.0.1:{server.port}/recognition/v2/", headers=headers, timeout=60
    ) as client:
        yield client


def test_new_images_are_told_apart(
    learner: RecognitionClient, classes: tuple[Task, dict[str, Label]]
) -> None:
    task, labels = classes
    names = ["stripes", "dots"] * 10

    answers = [task.classify([record(name, NEW + number)]) for number, name in enumerate(names)]

    found = [answer["records"][0]["best_label"]["name"] for answer in answers]
    assert sum(one == name for one, name in zip(found, names, strict=True)) > 18
    answer = answers[0]
    assert (answer["task_id"], answer["version"], answer["status"]) == (
        task.id,
        1,
        {"code": 200, "text": "OK"},
    )
    assert answer["statistics"]["processing time"] > 0
    (told,) = answer["records"]
    assert (told["_status"], told["_width"], told["_height"]) == ({"code": 200, "text": "OK"}, 200, 160)
    assert told["best_label"] == told["labels"][0]
    assert {label["id"] for label in told["labels"]} == {label.id for label in labels.values()}
    assert sum(label["prob"] for label in told["labels"]) == pytest.approx(1, abs=1e-4)
    assert told["labels"][0]["prob"] >= told["labels"][1]["prob"]
    assert "_base64" not in told


def test_records_go_and_fail_one_by_one_and_keep_what_was_sent_with_them(
    classes: tuple[Task, dict[str, Label]], server: RunningServer
) -> None:
    task, _ = classes
    address = f"http://127.0.0.1:{server.port}/static/none.jpg"  # inside the network: never fetched
    records = [
        record("dots", NEW, _id="first", depth=[7]),
        {"_url": address},
        {"_base64": base64_of(b"no image"), "_id": "third"},
        {"_base64": "***", "_id": "fourth"},
        record("stripes", NEW, _id="fifth"),
    ]

    told = task.classify([dict(one, noresize=True) for one in records])["records"]

    assert [one["_status"]["code"] for one in told] == [200, 400, 400, 400, 200]
    assert [one.get("_id") for one in told] == ["first", None, "third", "fourth", "fifth"]
    assert (told[0]["depth"], told[1]["_url"]) == ([7], address)
    assert [one["best_label"]["name"] for one in (told[0], told[4])] == ["dots", "stripes"]
    for failed in told[1:4]:
        assert failed["_status"]["text"]
        assert "labels" not in failed


def test_images_come_in_any_form(classes: tuple[Task, dict[str, Label]], models: httpx.Client) -> None:
    task, _ = classes
    transparent = BytesIO()
    PillowImage.new("RGBA", (30, 20), (9, 9, 9, 0)).save(transparent, "PNG")
    plain = base64_of(drawn("dots", NEW))
    wrapped = "\n".join(plain[start : start + 76] for start in range(0, len(plain), 76))
    texts = [plain, wrapped, plain.rstrip("="), f"data:image/jpeg;base64,{plain}", f"data:;base64,{plain}"]

    answer = models.post(
        "classify",
        json={
            "task": task.id,
            "version": None,
            "descriptor": 1,
            "records": [{"_base64": text} for text in [*texts, base64_of(transparent.getvalue())]],
        },
    ).json()

    assert [one["_status"]["code"] for one in answer["records"]] == [200] * 6
    assert len({one["best_label"]["prob"] for one in answer["records"][:5]}) == 1


def test_images_are_kept_with_the_labels_found(
    learner: RecognitionClient, classes: tuple[Task, dict[str, Label]]
) -> None:
    task, labels = classes

    (told,) = task.classify([record("dots", NEW + 900, noresize=True)], store_images=True)["records"]
    (again,) = task.classify([record("dots", NEW + 900, noresize=True)], store_images=True)["records"]

    image, _ = learner.get_image(told["_stored_image_id"])
    assert [label.id for label in image.get_labels()[0]] == [labels["dots"].id]
    assert again["_stored_image_id"] == image.id
    image.remove()


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        pytest.param({"records": []}, 400, "records", id="no records"),
        pytest.param({"records": [{}] * 11}, 400, "at most 10", id="too many records"),
        pytest.param({"records": "x"}, 400, "records", id="no list of records"),
        pytest.param({"task": UNKNOWN}, 404, "never existed", id="an unknown task"),
        pytest.param({"task": "x\x00"}, 404, "never existed", id="no id"),
        pytest.param({"task": None}, 400, "send the id of a task", id="no task"),
        pytest.param({"version": 99}, 404, "99", id="an unknown version"),
        pytest.param({"version": "x"}, 400, "version", id="no version"),
    ],
)
def test_a_call_that_cannot_be_is_refused_as_a_whole(
    models: httpx.Client,
    classes: tuple[Task, dict[str, Label]],
    change: dict[str, object],
    code: int,
    words: str,
) -> None:
    body = {"task": classes[0].id, "records": [{"_base64": base64_of(picture())}]} | change

    refused = models.post("classify/", json=body)

    told = refused.json()
    assert refused.status_code == told["status"]["code"] == code
    assert words in told["detail"] == told["status"]["text"]


def test_the_client_raises_what_the_server_says(learner: RecognitionClient) -> None:
    task, _ = learner.create_task("Untrained")

    with pytest.raises(XimilarClientException, match="not been trained"):
        task.classify([record("dots", NEW, noresize=True)])
    assert learner.classify_on_task([record("dots", NEW, noresize=True)], task_id=task.id) is None
    task.remove()


def test_a_model_tells_how_well_it_does_and_older_versions_go_on(
    learner: RecognitionClient, classes: tuple[Task, dict[str, Label]], models: httpx.Client
) -> None:
    task, _ = classes
    (first,) = models.get("model", params={"task": task.id}).json()["results"]

    again = trained(learner, task, version=2)

    _, second = models.get("model/", params={"task": task.id}).json()["results"]
    model, _ = learner.get_model(first["id"])
    assert (model.task_id, model.task_name, model.version, model.train_status) == (
        task.id,
        "Textures",
        1,
        "TRAINED",
    )
    assert all(0.7 <= first[figure] <= 1 for figure in ("accuracy", "precision", "recall"))
    for version, used in ((None, 2), (1, 1), (2, 2)):
        assert again.classify([record("dots", NEW, noresize=True)], version=version)["version"] == used
    assert models.patch(f"task/{task.id}/", json={"production_version": 1}).json()["production_version"] == 1
    models.patch(f"task/{task.id}/", json={"production_version": 2})
    learner.remove_model(second["id"])
    assert learner.get_task(task.id)[0].production_version == 1
    assert learner.get_model(second["id"])[0] is None
    assert again.classify([record("dots", NEW, noresize=True)])["version"] == 1


def test_a_training_that_is_under_way_is_not_begun_again_and_ends_with_its_task(
    learner: RecognitionClient, classes: tuple[Task, dict[str, Label]], models: httpx.Client
) -> None:
    _, labels = classes
    task, _ = learner.create_task("Twice")
    for label in labels.values():
        task.add_label(label.id)

    first, second = task.train(), task.train()

    assert first["id"] == second["id"] == task.id
    assert {first["last_train_status"], second["last_train_status"]} <= {"IN_TRAINING", "TRAINED"}
    task.remove()
    assert learner.get_task(task.id)[0] is None
    assert models.get("model/").status_code == 200


@pytest.mark.parametrize(
    ("task_type", "kind", "labels"),
    [("multi_class", "category", 1), ("multi_label", "tag", 0), ("regression", "value", 0)],
)
def test_a_task_with_too_little_is_not_trained(
    learner: RecognitionClient, task_type: str, kind: str, labels: int
) -> None:
    task, _ = learner.create_task("Small", task_type=task_type)
    assert "too little" in task.train()["detail"]
    for number in range(labels + 1):
        label, _ = task.create_label(f"few {number}", label_type=kind)
        task.add_label(label.id)
        upload(learner, "dots", NEW + 100 + number, labels=[label.id])

    refused = task.train()["detail"]

    assert "Each label needs 20 images" in refused
    assert learner.get_task(task.id)[0].production_version == 0


def test_tags_are_told_each_by_itself(learner: RecognitionClient) -> None:
    task, _ = learner.create_task("Tags", task_type="multi_label")
    tags = {}
    for name in ("stripes", "checks"):
        tags[name], _ = task.create_label(name, label_type="tag")
        task.add_label(tags[name].id)
        for seed in range(IMAGES):
            upload(learner, name, 1000 + seed, labels=[tags[name].id])
    negative, _ = task.get_negative_label()
    for seed in range(IMAGES):
        upload(learner, "clouds", 1000 + seed, labels=[negative.id])

    found = trained(learner, task)
    told = [
        {
            one["name"]: one["prob"]
            for one in found.classify([record(name, NEW + 7, noresize=True)])["records"][0]["labels"]
        }
        for name in ("stripes", "checks", "clouds")
    ]

    assert all(set(one) == set(tags) for one in told)
    assert told[0]["stripes"] > 0.5 > told[0]["checks"]
    assert told[1]["checks"] > 0.5 > told[1]["stripes"]
    assert max(told[2].values()) < 0.5


def test_a_regression_gives_values(learner: RecognitionClient) -> None:
    task, _ = learner.create_task("Light", task_type="regression")
    light, _ = task.create_label("light", label_type="value")
    task.add_label(light.id)

    def grey(level: int, seed: int) -> str:
        file = BytesIO()
        PillowImage.fromarray(texture("clouds", seed) // 4 + level).save(file, "JPEG", quality=95)
        return base64.b64encode(file.getvalue()).decode()

    for number in range(30):
        level = 6 * number
        learner.upload_images([{"_base64": grey(level, number).encode(), "values": {light.id: level / 180}}])
    unknown = grey(0, 777)
    learner.upload_images(
        [{"_base64": unknown.encode(), "labels": [light.id]}]
    )  # without a value: teaches nothing

    found = trained(learner, task)
    dark, bright = (
        found.classify([{"_base64": grey(level, 999), "noresize": True}])["records"][0] for level in (20, 160)
    )

    assert dark["best_label"] == dark["labels"][0]
    assert set(dark["best_label"]) == {"id", "name", "value"}
    assert dark["best_label"]["value"] < 0.5 < bright["best_label"]["value"]
