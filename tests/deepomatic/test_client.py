"""Every row of the contract that the official client can ask for, with networks whose answers are known."""

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from deepomatic.api.client import Client
from deepomatic.api.exceptions import ClientError, TaskError
from deepomatic.api.inputs import ImageInput

from tests.coralnet.host import ImageHost
from tests.deepomatic.networks import (
    RGB,
    colours,
    outputs,
    picture,
    png,
    preprocessing,
    specification,
    upload,
)
from tests.networks import onnx_files
from tests.networks.blobproto import blob_proto
from tests.reef import jpeg

pytestmark = pytest.mark.slow

ORANGE = picture(255, 128, 0)


def ask(content: bytes, **region: Any) -> list[ImageInput]:
    return [ImageInput(content, encoding="binary", **region)]


def scores(data: dict[str, Any], name: str = "predicted") -> dict[str, float]:
    return {one["label_name"]: one["score"] for one in data["outputs"][0]["labels"][name]}


def refused(call: Any, status: int = 400) -> str:
    with pytest.raises(ClientError) as told:
        call()
    assert told.value.status_code == status, told.value.content
    body = told.value.json()
    assert body["error"] == body["detail"]
    return str(body["error"])


# The client and the account


def test_the_account_is_that_of_the_key(client: Client, other_client: Client) -> None:
    assert client.Account.retrieve("me")["name"] == "ana"
    assert other_client.Account.retrieve("me")["id"] != client.Account.retrieve("me")["id"]


def test_a_wrong_key_is_refused(client: Client) -> None:
    stranger = Client(api_key="nobody", host=client.http_helper.host)

    assert "token" in refused(lambda: stranger.Account.retrieve("me").data(), 401)


# Public models


def test_public_models_are_listed_with_their_labels(client: Client) -> None:
    listed = list(client.RecognitionSpec.list(public=True))

    assert [spec["id"] for spec in listed] == ["coralchunk-lite0", "coralchunk-lite0-chunks"]
    assert all("outputs" not in spec.data() for spec in listed)
    for spec, roi in zip(listed, ("NONE", "BBOX"), strict=True):
        (output,) = client.RecognitionSpec.retrieve(spec["id"])["outputs"]
        assert [label["name"] for label in output["labels"]["labels"]] == ["bleached", "healthy", "not coral"]
        assert output["labels"]["roi"] == roi


@pytest.mark.parametrize("name", ["coralchunk-lite0", "coralchunk-lite0-chunks"])
def test_public_models_answer(client: Client, name: str) -> None:
    data = client.RecognitionSpec.retrieve(name).inference(inputs=ask(jpeg(500, 300)), show_discarded=True)

    (output,) = data["outputs"]
    found = [*output["labels"]["predicted"], *output["labels"]["discarded"]]
    chunks = 6 if name.endswith("chunks") else 1
    assert len(found) == 3 * chunks
    assert sum(one["score"] for one in found) == pytest.approx(chunks, abs=1e-3)
    keys = {"label_id", "label_name", "score", "threshold"}
    assert all(set(one) == (keys | {"roi"} if chunks > 1 else keys) for one in found)


def test_public_models_cannot_be_changed(client: Client) -> None:
    public = client.RecognitionSpec.retrieve("coralchunk-lite0")

    refused(lambda: public.update(name="mine"), 405)
    refused(public.delete, 405)
    refused(lambda: client.RecognitionSpec.retrieve("no-such-model").data(), 404)


def test_there_are_no_public_networks(client: Client) -> None:
    assert list(client.Network.list(public=True)) == []
    refused(lambda: client.Network.retrieve("no-such-network").data(), 404)


# Networks


def test_a_network_is_created_listed_changed_and_deleted(client: Client) -> None:
    sent = preprocessing()
    network = client.Network.create(
        name="mean colour",
        framework="onnx",
        preprocessing=sent,
        description="of a picture",
        metadata={"author": "ana", "trials": 3},
        files={"model.onnx": BytesIO(onnx_files.mean_colour())},
    )
    task = client.Task.retrieve(network["task_id"]).wait()

    assert task["status"] == "success"
    assert network["task_id"].isdigit()
    assert isinstance(network["id"], int)
    assert network["preprocessing"] == sent
    assert network["framework"] == "onnx"
    assert network["id"] in [one["id"] for one in client.Network.list(limit=1)]
    same = client.Network.retrieve(network["id"])
    assert same["description"] == "of a picture"

    same.update(name="colour", metadata={"author": "ben"})
    assert (same["name"], same["description"], same["metadata"]) == (
        "colour",
        "of a picture",
        {"author": "ben"},
    )
    same.update(replace=True, name="other")
    assert (same["name"], same["description"], same["metadata"]) == ("other", "", {})

    assert same.delete() is None
    refused(lambda: client.Network.retrieve(network["id"]).data(), 404)


def test_a_network_gives_its_tensors_as_numpy_arrays(client: Client) -> None:
    network = upload(client, onnx_files.mean_colour())

    tensors = network.inference(inputs=ask(ORANGE))
    raw = network.inference(inputs=ask(ORANGE), convert_to_numpy=False, output_tensors=["prob"])

    assert tensors["prob"].shape == (1, 3)
    assert tensors["prob"][0] == pytest.approx([1, 128 / 255, 0], abs=1e-6)
    assert set(raw["tensors"][0]) == {"name", "shape", "dim", "data"}
    assert "no output 'other'" in refused(
        lambda: network.inference(inputs=ask(ORANGE), output_tensors=["other"])
    )


THIRDS = np.zeros((10, 30, 3), dtype=np.uint8)
THIRDS[:, :10], THIRDS[:, 10:20], THIRDS[:, 20:] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
UNIT = np.eye(3) * 255


def npy(array: Any) -> bytes:
    stream = BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def seen(
    client: Client, content: bytes, shape: Any, kind: int = onnx_files.FLOAT, **image: Any
) -> np.ndarray:
    """What the network sees of a picture."""
    files = image.pop("files", None)
    network = upload(client, onnx_files.echo(shape, kind), files, **image)
    return np.asarray(network.inference(inputs=ask(content))["seen"])


def test_squash(client: Client) -> None:
    found = seen(client, png(THIRDS), (1, 3, 2, 3), target_size="3x2", pixel_scaling=255.0)

    assert (found == np.stack([UNIT, UNIT]).transpose(2, 0, 1)).all()


def test_crop(client: Client) -> None:
    found = seen(
        client, png(THIRDS), (1, 2, 2, 3), target_size="2x2", resize_type="CROP", dimension_order="NHWC"
    )

    assert (found == [0, 1, 0]).all()


def test_fill(client: Client) -> None:
    found = seen(
        client, png(THIRDS), (1, 3, 3, 3), target_size="3x3", resize_type="FILL", dimension_order="NHWC"
    )

    assert (found[0, 1] == np.eye(3)).all()
    assert (found[0, [0, 2]] == 1).all()


def test_network_with_bytes(client: Client) -> None:
    found = seen(
        client,
        png(THIRDS),
        (1, "h", "w", 3),
        onnx_files.UINT8,
        target_size="15",
        resize_type="NETWORK",
        dimension_order="NHWC",
        data_type="UINT8",
        pixel_scaling=255.0,
    )

    assert found.shape == (1, 5, 15, 3)
    assert found[0, 2, 2].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("order", "axes", "shape"),
    [
        ("NCHW", (2, 0, 1), (1, 3, 1, 3)),
        ("NCWH", (2, 1, 0), (1, 3, 3, 1)),
        ("NHWC", (0, 1, 2), (1, 1, 3, 3)),
        ("NWHC", (1, 0, 2), (1, 3, 1, 3)),
    ],
)
def test_dimension_order(client: Client, order: str, axes: Any, shape: Any) -> None:
    found = seen(client, png(THIRDS), shape, target_size="3x1", dimension_order=order)

    assert (found[0] == np.eye(3)[np.newaxis].transpose(axes)).all()


@pytest.mark.parametrize(("channels", "expected"), [("RGB", [1, 128 / 255, 0]), ("BGR", [0, 128 / 255, 1])])
def test_color_channels(client: Client, channels: str, expected: list[float]) -> None:
    found = seen(client, ORANGE, (1, 3, 1, 1), target_size="1x1", color_channels=channels)

    assert found.reshape(-1) == pytest.approx(expected, abs=1e-6)


def test_grey(client: Client) -> None:
    found = seen(client, ORANGE, (1, 1, 1, 1), target_size="1x1", color_channels="L", pixel_scaling=255.0)

    assert found.reshape(-1).tolist() == [151]  # 0.299 x 255 + 0.587 x 128


def test_a_mean_of_ones_with_pixels_from_0_to_2(client: Client) -> None:
    found = seen(
        client,
        ORANGE,
        (1, 1, 1, 3),
        target_size="1x1",
        dimension_order="NHWC",
        pixel_scaling=2.0,
        mean_file="unitary_mean.npy",
        files={"unitary_mean.npy": npy(np.ones((1, 1, 3)))},
    )

    assert found.reshape(-1) == pytest.approx([1, 2 * 128 / 255 - 1, -1], abs=1e-6)


def test_a_binaryproto_mean(client: Client) -> None:
    mean = np.array([10, 20, 30], dtype=np.float32).reshape(3, 1, 1)  # blue, green, red
    found = seen(
        client,
        ORANGE,
        (1, 3, 1, 1),
        target_size="1x1",
        color_channels="BGR",
        pixel_scaling=255.0,
        mean_file="imagenet_mean.binaryproto",
        files={"imagenet_mean.binaryproto": blob_proto(mean)},
    )

    assert found.reshape(-1).tolist() == [-10, 108, 225]


IM_INFO = {"tensor_name": "im_info", "constant": {"shape": [3], "data": ["data.1", "data.2", 1.0]}}


def with_im_info() -> bytes:
    """Gives im_info back, and reads data."""
    nodes = [
        onnx_files.helper.make_node("Identity", ["im_info"], ["told"]),
        onnx_files.helper.make_node("Identity", ["data"], ["seen"]),
    ]
    inputs = [onnx_files.tensor("data", (1, 3, "h", "w")), onnx_files.tensor("im_info", (3,))]
    given = [onnx_files.tensor("told", (3,)), onnx_files.tensor("seen", (1, 3, "h", "w"))]
    return onnx_files.onnx(onnx_files.model_of(nodes, inputs, given))


def test_a_constant_with_the_sides_of_the_picture(client: Client) -> None:
    how = preprocessing(IM_INFO, target_size="60", resize_type="NETWORK") | {"batched_output": False}
    network = upload(client, with_im_info(), preprocessing=how)

    found = network.inference(inputs=ask(png(THIRDS)), output_tensors=["told"])

    assert found["told"].tolist() == [20, 60, 1]


def test_a_network_of_two_pictures_takes_them_in_order(client: Client) -> None:
    inputs = [onnx_files.tensor(name, (1, 3, 1, 1)) for name in ("first", "second")]
    node = onnx_files.helper.make_node("Sub", ["first", "second"], ["difference"])
    onnx = onnx_files.onnx(
        onnx_files.model_of([node], inputs, [onnx_files.tensor("difference", (1, 3, 1, 1))])
    )
    image = preprocessing(target_size="1x1", pixel_scaling=255.0)["inputs"][0]["image"]
    how = {
        "inputs": [{"tensor_name": name, "image": image} for name in ("first", "second")],
        "batched_output": True,
    }
    network = upload(client, onnx, preprocessing=how)
    pictures = [ImageInput(picture(9, 9, 9), "binary"), ImageInput(picture(1, 2, 3), "binary")]

    found = network.inference(inputs=pictures)

    assert found["difference"].reshape(-1).tolist() == [8, 7, 6]
    assert "takes 2" in refused(lambda: network.inference(inputs=pictures[:1]))


# Inputs


def test_a_picture_by_address_file_bytes_and_base64_gives_one_answer(
    client: Client, host: ImageHost, tmp_path: Path
) -> None:
    network = upload(client, onnx_files.mean_colour())
    content = httpx.get(host.url("two.png")).content
    (tmp_path / "reef.png").write_bytes(content)
    with (tmp_path / "reef.png").open("rb") as file:
        answers = [
            network.inference(inputs=[one])["prob"].tolist()
            for one in (
                ImageInput(host.url("two.png")),
                ImageInput(file),
                ImageInput(content, encoding="binary"),
                ImageInput(base64.b64encode(content), encoding="base64"),
            )
        ]

    assert answers == [answers[0]] * 4


QUARTERS = np.zeros((40, 40, 3), dtype=np.uint8)
QUARTERS[20:, 20:] = (0, 255, 0)
LOWER_RIGHT = {"xmin": "0.5", "ymin": "0.5", "xmax": "1", "ymax": "1"}  # text: the client cannot send floats


@pytest.mark.parametrize(
    "region",
    [
        pytest.param({"bbox": LOWER_RIGHT}, id="bbox"),
        pytest.param(
            {"polygon": [{"x": "0.5", "y": "0.5"}, {"x": "1", "y": "0.75"}, {"x": "0.75", "y": "1"}]},
            id="polygon",
        ),
        pytest.param({"crop_uniform_background": True}, id="crop_uniform_background"),
    ],
)
def test_a_region_is_all_that_is_seen(client: Client, region: dict[str, Any]) -> None:
    network = upload(client, onnx_files.mean_colour())
    pixels = QUARTERS.copy()
    if "crop_uniform_background" in region:
        pixels[:] = 0
        pixels[10:20, 5:30] = (0, 255, 0)

    found = network.inference(inputs=ask(png(pixels), **region))

    assert found["prob"].tolist() == [[0, 1, 0]]


def test_a_region_of_a_picture_by_address(client: Client, host: ImageHost) -> None:
    network = upload(client, onnx_files.mean_colour())
    box = {"xmin": 0.25, "ymin": 0.25, "xmax": 0.5, "ymax": 0.75}

    assert network.inference(inputs=[ImageInput(host.url("two.png"), bbox=box)])["prob"].shape == (1, 3)


# Specifications and versions


def test_a_specification_with_several_versions(client: Client) -> None:
    spec = client.RecognitionSpec.create(
        name="colours", outputs=outputs(*RGB), description="of a picture", metadata={"a": [1]}
    )
    network = upload(client, onnx_files.mean_colour())
    assert (spec["current_version_id"], spec["metadata"]) == (None, {"a": [1]})
    assert "no current version" in refused(lambda: spec.inference(inputs=ask(ORANGE)))

    def version(limit: float) -> Any:
        how = [{"classification": {"output_tensor": "prob", "thresholds": [limit] * 3}}]
        return client.RecognitionVersion.create(
            spec_id=spec["id"], network_id=network["id"], post_processings=how
        )

    first, second = version(0.9), version(0.1)
    assert client.RecognitionSpec.retrieve(spec["id"])["current_version_id"] == first["id"]
    assert (first["spec_name"], first["network_name"]) == ("colours", "reef")
    assert [one["id"] for one in spec.versions()] == [first["id"], second["id"]]
    assert "post_processings" not in next(iter(spec.versions())).data()
    assert second["post_processings"][0]["classification"]["thresholds"] == [0.1] * 3
    assert second["id"] in [one["id"] for one in client.RecognitionVersion.list()]

    assert list(scores(spec.inference(inputs=ask(ORANGE)))) == ["red"]
    spec.update(current_version_id=second["id"])
    assert list(scores(spec.inference(inputs=ask(ORANGE)))) == ["red", "green"]
    assert list(scores(first.inference(inputs=ask(ORANGE)))) == ["red"]

    assert second.delete() is None
    spec.refresh()
    assert spec["current_version_id"] is None
    assert spec.delete() is None
    refused(lambda: client.RecognitionVersion.retrieve(first["id"]).data(), 404)


def test_versions_go_with_their_network(client: Client) -> None:
    spec, network = colours(client)
    version_id = client.RecognitionSpec.retrieve(spec["id"])["current_version_id"]

    network.delete()

    refused(lambda: client.RecognitionVersion.retrieve(version_id).data(), 404)
    spec.refresh()
    assert spec["current_version_id"] is None


def test_only_text_about_a_specification_can_be_changed(client: Client) -> None:
    spec = specification(client, "a")
    another, _ = colours(client)
    current = client.RecognitionSpec.retrieve(another["id"])["current_version_id"]

    assert "no version of" in refused(lambda: spec.update(current_version_id=current))
    spec.update(name="b", description="c")
    assert (spec["name"], spec["description"]) == ("b", "c")


# Recognition


def test_classification_with_the_default_threshold(client: Client) -> None:
    spec, _ = colours(client)

    data = spec.inference(inputs=ask(ORANGE), show_discarded=True)

    assert scores(data) == {"red": pytest.approx(1), "green": pytest.approx(128 / 255)}
    assert data["outputs"][0]["labels"]["discarded"] == [
        {"label_id": 2, "label_name": "blue", "score": 0.0, "threshold": 0.025}
    ]


def recognised(client: Client, tensors: dict[str, Any], how: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """The answer for tensors that are the same for every picture."""
    network = upload(client, onnx_files.fixed(tensors))
    kept = specification(client, *spec.pop("labels", ("crab", "fish")), **spec)
    version = client.RecognitionVersion.create(
        spec_id=kept["id"], network_id=network["id"], post_processings=[how]
    )
    data = version.inference(inputs=ask(ORANGE), show_discarded=True)
    told: dict[str, Any] = data["outputs"][0]["labels"]
    return told


def test_tagging_with_the_default_threshold(client: Client) -> None:
    how = {"classification": {"output_tensor": "prob"}}

    told = recognised(client, {"prob": [[0.4, 0.75]]}, how, exclusive=False)

    assert [(one["label_name"], one["threshold"]) for one in told["predicted"]] == [("fish", 0.5)]
    assert [one["label_name"] for one in told["discarded"]] == ["crab"]


def test_direct_detection(client: Client) -> None:
    tensors = {
        "boxes": [[[0.25, 0.5, 0.75, 1], [0.25, 0.5, 0.7, 1], [0, 0, 1, 1], [0, 0, 1, 1]]],
        "scores": [[0.9, 0.85, 0.01, 0.99]],
        "classes": [[1, 1, 0, 7]],
    }
    direct = {"boxes_tensor": "boxes", "scores_tensor": "scores", "classes_tensor": "classes"}
    how = {
        "detection": {
            "direct_output": direct,
            "discard_threshold": 0.025,
            "nms_threshold": 0.3,
            "normalize_wrt_tensor": "",
        }
    }

    told = recognised(client, tensors, how, roi="BBOX")

    (fish,) = told["predicted"]
    assert (fish["label_name"], fish["threshold"]) == ("fish", 0.8)
    assert fish["roi"]["bbox"] == {"xmin": 0.5, "ymin": 0.25, "xmax": 1, "ymax": 0.75}
    assert isinstance(fish["roi"]["region_id"], int)
    assert told["discarded"] == []


def test_anchored_detection(client: Client) -> None:
    nodes = [
        onnx_files.helper.make_node("Identity", [f"{name}/value"], [name])
        for name in ("rois", "cls_prob", "bbox_pred")
    ]
    nodes += [
        onnx_files.helper.make_node("Identity", ["data"], ["seen"]),
        onnx_files.helper.make_node("Identity", ["im_info"], ["told"]),
    ]
    weights = [
        onnx_files.constant("rois/value", [[0, 10, 20, 30, 60]]),
        onnx_files.constant("cls_prob/value", [[0.05, 0.1, 0.85]]),
        onnx_files.constant("bbox_pred/value", [[0] * 8 + [0.5, -0.25, np.log(2), np.log(0.5)]]),
    ]
    given = [
        onnx_files.tensor("rois", (1, 5)),
        onnx_files.tensor("cls_prob", (1, 3)),
        onnx_files.tensor("bbox_pred", (1, 12)),
        onnx_files.tensor("seen", (1, 3, "h", "w")),
        onnx_files.tensor("told", (3,)),
    ]
    inputs = [onnx_files.tensor("data", (1, 3, "h", "w")), onnx_files.tensor("im_info", (3,))]
    how = preprocessing(IM_INFO, target_size="100", resize_type="NETWORK") | {"batched_output": False}
    network = upload(
        client, onnx_files.onnx(onnx_files.model_of(nodes, inputs, given, weights)), preprocessing=how
    )
    spec = specification(client, "crab", "fish", roi="BBOX")
    anchored = {"anchors_tensor": "rois", "scores_tensor": "cls_prob", "offsets_tensor": "bbox_pred"}
    reading = {
        "detection": {"anchored_output": anchored, "nms_threshold": 0.3, "normalize_wrt_tensor": "im_info"}
    }
    version = client.RecognitionVersion.create(
        spec_id=spec["id"], network_id=network["id"], post_processings=[reading]
    )

    data = version.inference(inputs=ask(picture(1, 2, 3, 50, 50)), show_discarded=True)

    (fish,) = data["outputs"][0]["labels"]["predicted"]
    # Centre (20 + 0.5 x 20, 40 - 0.25 x 40), width 40, height 20, of 100 x 100.
    assert fish["roi"]["bbox"] == pytest.approx(
        {"xmin": 0.1, "ymin": 0.2, "xmax": 0.5, "ymax": 0.4}, abs=1e-5
    )
    (crab,) = data["outputs"][0]["labels"]["discarded"]
    assert crab["roi"]["region_id"] == fish["roi"]["region_id"]


def test_yolo_detection(client: Client) -> None:
    grid = np.zeros((1, 7, 2, 4), dtype=np.float32)
    grid[0, 4] = -100
    grid[0, :, 1, 2] = [0, 0, 0, 0, 100, np.log(9), 0]
    how = {
        "detection": {
            "yolo_output": {"output_tensor": "import/output:0", "anchors": [1.0, 0.5]},
            "discard_threshold": 0.025,
            "nms_threshold": 0.3,
            "normalize_wrt_tensor": "",
        }
    }

    told = recognised(client, {"import/output:0": grid}, how, roi="BBOX")

    (crab,) = told["predicted"]
    assert (crab["label_name"], crab["score"]) == ("crab", pytest.approx(0.9))
    # Centre (2.5 / 4, 1.5 / 2), width 1 / 4, height 0.5 / 2.
    assert crab["roi"]["bbox"] == pytest.approx({"xmin": 0.5, "ymin": 0.625, "xmax": 0.75, "ymax": 0.875})


def test_max_predictions(client: Client) -> None:
    spec, _ = colours(client)

    data = spec.inference(inputs=ask(picture(250, 200, 100)), max_predictions=2)

    assert list(scores(data)) == ["red", "green"]


# Tasks


def test_tasks_are_waited_for_in_batches_and_listed_by_their_ids(client: Client) -> None:
    spec, network = colours(client)
    good = [spec.inference(inputs=ask(ORANGE), return_task=True, wait_task=False) for _ in range(3)]
    bad = network.inference(
        inputs=ask(b"no picture"), convert_to_numpy=False, return_task=True, wait_task=False
    )

    pending, done, failed = client.Task.batch_wait([*good, bad])

    assert (pending, [place for place, _ in done], [place for place, _ in failed]) == ([], [0, 1, 2], [3])
    assert "not a photo" in failed[0][1]["error"]
    assert failed[0][1]["data"] is None
    listed = client.Task.list(task_ids=[good[0].pk, "1", bad.pk])
    assert [task["id"] for task in listed] == [good[0].pk, bad.pk]
    assert set(next(iter(listed)).data()) == {
        "id",
        "status",
        "error",
        "data",
        "date_created",
        "date_updated",
        "subtasks",
    }
    with pytest.raises(TaskError, match="not a photo"):
        bad.wait()


# Others' things, lists


def test_nobody_sees_the_things_of_another(client: Client, other_client: Client) -> None:
    spec, network = colours(client)
    version_id = client.RecognitionSpec.retrieve(spec["id"])["current_version_id"]
    task = spec.inference(inputs=ask(ORANGE), return_task=True)

    refused(lambda: other_client.Network.retrieve(network["id"]).data(), 404)
    refused(lambda: other_client.RecognitionSpec.retrieve(spec["id"]).data(), 404)
    refused(lambda: other_client.RecognitionVersion.retrieve(version_id).data(), 404)
    refused(lambda: other_client.Task.retrieve(task.pk).data(), 404)
    refused(lambda: other_client.Network.retrieve(network["id"]).delete(), 404)
    refused(lambda: other_client.RecognitionSpec.retrieve(spec["id"]).inference(inputs=ask(ORANGE)), 404)
    own = specification(other_client, *RGB)
    how = [{"classification": {"output_tensor": "prob"}}]
    refused(
        lambda: other_client.RecognitionVersion.create(
            spec_id=own["id"], network_id=network["id"], post_processings=how
        ),
        404,
    )
    assert list(other_client.Task.list(task_ids=[task.pk])) == []
    assert network["id"] not in [one["id"] for one in other_client.Network.list()]


def test_lists_lead_from_page_to_page_and_back(other_client: Client) -> None:
    made = [specification(other_client, "a")["id"] for _ in range(5)]
    first = other_client.RecognitionSpec.list(offset=0, limit=2)

    assert first.count() >= 5
    assert set(made) <= {spec["id"] for spec in first}
    second = first.next()
    assert second.prev()["results"] == first["results"]
    assert first.prev() is None
    assert first["previous"] is first["prev"] is None


# Networks that are refused


@pytest.mark.parametrize(
    ("framework", "says"),
    [
        ("tensorflow-1.x", "tf2onnx"),
        ("nv-caffe-0.x-mod", "caffe2onnx"),
        ("darknet", "onnx.ai"),
    ],
)
def test_other_frameworks_are_refused_with_the_way_out(client: Client, framework: str, says: str) -> None:
    told = refused(
        lambda: client.Network.create(
            name="other", framework=framework, preprocessing=preprocessing(), files={"saved_model.pb": b"x"}
        )
    )

    assert repr(framework) in told
    assert says in told


@pytest.mark.parametrize(
    ("files", "says"),
    [
        pytest.param({"model.onnx": b"no network"}, "ONNX file", id="text"),
        pytest.param({"model.onnx": onnx_files.echo()[:80]}, "ends too early", id="a truncated file"),
        pytest.param({"model.onnx": onnx_files.external()}, "outside its file", id="an external path"),
        pytest.param({"model.onnx": onnx_files.of_domain("my.ops")}, "'my.ops'", id="custom operators"),
        pytest.param({"model.onnx": onnx_files.giant_initialiser()}, "bytes", id="a giant initialiser"),
        pytest.param({"model.onnx": onnx_files.nested(1000)}, "deep", id="graphs in graphs"),
        pytest.param({"model.pb": b"x"}, "ends in .onnx", id="no ONNX file"),
        pytest.param(
            {"a.onnx": onnx_files.echo(), "b.onnx": onnx_files.echo()}, "2 files", id="two networks"
        ),
        pytest.param({"model.onnx": onnx_files.echo(), "weights.bin": b"x"}, "weights.bin", id="other files"),
        pytest.param({"model.onnx": onnx_files.echo((1, 3, 9, 9))}, "1 x 3 x 9 x 9", id="another shape"),
    ],
)
def test_networks_that_cannot_be_run_are_refused(client: Client, files: dict[str, bytes], says: str) -> None:
    told = refused(
        lambda: client.Network.create(
            name="bad", framework="onnx", preprocessing=preprocessing(), files=files
        )
    )

    assert says in told


@pytest.mark.parametrize(
    ("onnx", "says"),
    [
        pytest.param(onnx_files.unknown_operator(), "Teleport", id="an unknown operator"),
        pytest.param(onnx_files.endless(), "longer than 5 s", id="a loop without an end"),
        pytest.param(onnx_files.greedy(), "could not be run", id="more memory than there is"),
    ],
)
def test_networks_that_do_not_run_fail_their_deployment(client: Client, onnx: bytes, says: str) -> None:
    with pytest.raises(TaskError, match=says):
        upload(client, onnx)


def test_a_mean_file_that_was_not_sent_is_refused(client: Client) -> None:
    told = refused(
        lambda: client.Network.create(
            name="bad",
            framework="onnx",
            preprocessing=preprocessing(mean_file="mean.npy"),
            files={"model.onnx": onnx_files.echo((1, 3, 8, 8))},
        )
    )

    assert "'mean.npy'" in told


@pytest.mark.parametrize(
    ("how", "says"),
    [
        pytest.param([], "post_processings", id="none"),
        pytest.param([{"classification": {"output_tensor": "prob"}}] * 2, "there are 2", id="too many"),
        pytest.param([{"classification": {"output_tensor": "x"}}], "no output 'x'", id="an unknown tensor"),
        pytest.param(
            [{"classification": {"output_tensor": "prob", "thresholds": [0.5]}}],
            "1, and the output has 3 labels",
            id="too few thresholds",
        ),
        pytest.param(
            [{"detection": {"yolo_output": {"output_tensor": "prob", "anchors": [1, 1]}}}],
            "takes a classification",
            id="boxes for a whole picture",
        ),
        pytest.param([{}], "exactly one", id="no kind"),
    ],
)
def test_versions_that_contradict_their_network_are_refused(
    client: Client, how: list[dict[str, Any]], says: str
) -> None:
    spec, network = colours(client)

    told = refused(
        lambda: client.RecognitionVersion.create(
            spec_id=spec["id"], network_id=network["id"], post_processings=how
        )
    )

    assert says in told
