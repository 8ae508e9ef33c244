"""The API over plain HTTP: curl's forms, refusals, and what the client never sends."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from deepomatic.api.client import Client

from coralchunk.identity import Scope
from tests.coralnet.host import ImageHost
from tests.deepomatic.networks import colours, picture, preprocessing, specification, upload
from tests.networks import onnx_files
from tests.server import RunningServer, serving
from tests.users import add_user_with_token, create_token
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

ORANGE = picture(255, 128, 0)
Find = Callable[[httpx.Response], Any]


@pytest.fixture(scope="module")
def spec_id(client: Client) -> int:
    return int(colours(client)[0]["id"])


@pytest.fixture(scope="module")
def network_id(client: Client) -> int:
    return int(upload(client, onnx_files.mean_colour())["id"])


@pytest.fixture
def found(http: httpx.Client) -> Find:
    """Waits for the task of an answer, and returns what was found."""

    def wait(started: httpx.Response) -> Any:
        assert started.status_code == 200, started.text
        (task_id,) = re.findall(r"\d+", started.text)  # as the published sed does
        assert started.json() == {"task_id": task_id}
        wait_for(lambda: http.get(f"/tasks/{task_id}").json()["status"] != "pending", "the end of the task")
        return http.get(f"/tasks/{task_id}").json()

    return wait


def red(task: dict[str, Any]) -> float:
    assert task["status"] == "success", task
    (first, *_) = task["data"]["outputs"][0]["labels"]["predicted"]
    assert first["label_name"] == "red"
    return float(first["score"])


def test_paths_are_there_with_and_without_the_final_slash(http: httpx.Client, spec_id: int) -> None:
    for path in (
        "/accounts/me",
        "/networks",
        "/networks/public",
        "/recognition/public",
        "/recognition/public/coralchunk-lite0",
        "/recognition/specs",
        f"/recognition/specs/{spec_id}",
        f"/recognition/specs/{spec_id}/versions",
        "/recognition/versions",
        "/tasks",
    ):
        without, with_slash = http.get(path), http.get(f"{path}/")
        assert (without.status_code, with_slash.status_code) == (200, 200), path
        assert without.headers["Content-Type"] == "application/json"


def test_the_app_id_is_overlooked(http: httpx.Client) -> None:
    assert http.get("/accounts/me", headers={"X-APP-ID": "12"}).status_code == 200


def test_a_picture_in_a_form(http: httpx.Client, spec_id: int, found: Find) -> None:
    form = {"inputs[0]image.source": ("reef.png", ORANGE)}

    assert red(found(http.post(f"/recognition/specs/{spec_id}/inference", files=form))) == pytest.approx(1)


@pytest.mark.parametrize("path", ["inference", "inference/"])
def test_a_data_uri_in_json(http: httpx.Client, spec_id: int, found: Find, path: str) -> None:
    source = (
        f"data:image/*;base64,{base64.encodebytes(ORANGE).decode()}"  # with line breaks, as base64 writes
    )
    body = {"inputs": [{"image": {"source": source}}], "show_discarded": True}

    task = found(http.post(f"/recognition/specs/{spec_id}/{path}", json=body))

    assert red(task) == pytest.approx(1)
    assert [one["label_name"] for one in task["data"]["outputs"][0]["labels"]["discarded"]] == ["blue"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"data:image/*;binary," + ORANGE, id="binary"),
        pytest.param(b"data:image/png;base64," + base64.b64encode(ORANGE), id="base64"),
    ],
)
def test_a_data_uri_in_a_field_without_a_file_name(
    http: httpx.Client, spec_id: int, found: Find, content: bytes
) -> None:
    form = {"inputs[0]image.source": (None, content), "show_discarded": (None, b"True")}

    task = found(http.post(f"/recognition/specs/{spec_id}/inference", files=form))

    assert red(task) == pytest.approx(1)
    assert task["data"]["outputs"][0]["labels"]["discarded"] != []


def test_an_address_in_a_field(http: httpx.Client, spec_id: int, found: Find, host: ImageHost) -> None:
    form = {"inputs[0]image.source": (None, host.url("reef.jpg").encode())}

    assert found(http.post(f"/recognition/specs/{spec_id}/inference", files=form))["status"] == "success"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        pytest.param("nothing.jpg", "404", id="an address without a picture"),
        pytest.param("page.html", "not a photo", id="a page"),
        pytest.param("to-metadata.jpg", "may not be fetched", id="an address that leads inside"),
    ],
)
def test_what_is_found_out_later_is_told_by_the_task(
    http: httpx.Client, spec_id: int, found: Find, host: ImageHost, path: str, says: str
) -> None:
    body = {"inputs": [{"image": {"source": host.url(path)}}]}

    task = found(http.post(f"/recognition/specs/{spec_id}/inference", json=body))

    assert (task["status"], task["data"], task["subtasks"]) == ("error", None, None)
    assert says in task["error"]


def test_tensors_are_named_by_repeating_a_field(http: httpx.Client, network_id: int, found: Find) -> None:
    form = [
        ("inputs[0]image.source", ("reef.png", ORANGE)),
        ("output_tensors", (None, b"prob")),
        ("output_tensors", (None, b"prob")),
    ]

    (tensor,) = found(http.post(f"/networks/{network_id}/inference", files=form))["data"]["tensors"]

    assert (tensor["name"], tensor["shape"], tensor["dim"]) == ("prob", [1, 3], [1, 3])
    assert tensor["data"] == pytest.approx([1, 128 / 255, 0], abs=1e-6)


def test_a_network_as_curl_uploads_it(http: httpx.Client) -> None:
    form = {
        "name": (None, b"by curl"),
        "framework": (None, b"onnx"),
        "metadata": (None, b'{"author": "me", "project": "Go to reefs"}'),
        "preprocessing": (None, json.dumps(preprocessing()).encode()),
        "model.onnx": ("weights-of-june.bin", onnx_files.mean_colour()),
    }

    made = http.post("/networks", files=form)

    assert made.status_code == 201
    network = made.json()
    assert network["metadata"] == {"author": "me", "project": "Go to reefs"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", network["create_date"])
    assert http.delete(f"/networks/{network['id']}").status_code == 204
    assert http.get(f"/networks/{network['id']}").status_code == 404


IMAGE = {"image": {"source": "data:image/*;base64," + base64.b64encode(ORANGE).decode()}}


def with_image(**fields: Any) -> dict[str, Any]:
    return {"inputs": [{"image": IMAGE["image"] | fields}]}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param({}, "inputs", id="no inputs"),
        pytest.param({"inputs": []}, "inputs", id="empty inputs"),
        pytest.param({"inputs": [IMAGE, IMAGE]}, "there are 2", id="too many inputs"),
        pytest.param({"inputs": [{"video": {"source": "x"}}]}, "inputs[0].video", id="a video"),
        pytest.param({"inputs": [{"image": {}}]}, "inputs[0].image.source", id="no source"),
        pytest.param(with_image(source="reef.jpg"), "neither an address", id="a file's name"),
        pytest.param(with_image(source="ftp://reef/a.jpg"), "neither an address", id="another scheme"),
        pytest.param(with_image(source="data:image/*;base64,???"), "no base64", id="no base64"),
        pytest.param(with_image(source=7), "text", id="a number for a source"),
        pytest.param(
            with_image(bbox={"xmin": 0, "ymin": 0, "xmax": 1.1, "ymax": 1}), "bbox.xmax", id="a box outside"
        ),
        pytest.param(
            with_image(bbox={"xmin": 0.5, "ymin": 0, "xmax": 0.5, "ymax": 1}), "xmin", id="a box inside out"
        ),
        pytest.param(with_image(bbox={"xmin": 0.5}), "bbox.ymin", id="half a box"),
        pytest.param(
            with_image(polygon=[{"x": 0, "y": 0}, {"x": 1, "y": 1}]), "polygon", id="a polygon of two points"
        ),
        pytest.param({**with_image(), "max_predictions": 0}, "max_predictions", id="no predictions"),
    ],
)
def test_an_inference_that_makes_no_sense_is_refused_at_once(
    http: httpx.Client, spec_id: int, body: dict[str, Any], says: str
) -> None:
    refused = http.post(f"/recognition/specs/{spec_id}/inference", json=body)

    assert refused.status_code == 400
    assert set(refused.json()) == {"error", "detail"}
    assert says in refused.json()["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"inputs": NaN}', b"[" * 100_000])
def test_what_is_no_json_is_refused(http: httpx.Client, spec_id: int, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}

    refused = http.post(f"/recognition/specs/{spec_id}/inference", content=body, headers=headers)

    assert refused.status_code == 400
    assert "JSON" in refused.json()["error"]


@pytest.mark.parametrize(
    "path", ["/recognition/public/coralchunk-lite0/inference", "/networks", "/recognition/specs"]
)
def test_urlencoded_forms_are_not_taken(http: httpx.Client, path: str) -> None:
    refused = http.post(path, data={"inputs[0]image.source": "https://reef.example/a.jpg"})

    assert refused.status_code == 415
    assert "application/x-www-form-urlencoded" in refused.json()["error"]


@pytest.mark.parametrize(
    "name", ["a[", "inputs[0]image.", "[0]", "inputs[99999]image.source", ".".join("a" * 40)]
)
def test_names_of_fields_that_cannot_be_read_are_refused(http: httpx.Client, spec_id: int, name: str) -> None:
    refused = http.post(f"/recognition/specs/{spec_id}/inference", files={name: (None, b"x")})

    assert refused.status_code == 400


def test_a_field_that_is_both_value_and_parts_is_refused(http: httpx.Client) -> None:
    form = {"metadata": (None, b"x"), "metadata.author": (None, b"me")}

    assert http.post("/networks", files=form).status_code == 400


def test_a_form_without_an_end_is_refused(http: httpx.Client, spec_id: int) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=reef"}
    body = b'--reef\r\nContent-Disposition: form-data; name="inputs[0]image.source"; filename="a"\r\n\r\nabc'

    refused = http.post(f"/recognition/specs/{spec_id}/inference", content=body, headers=headers)

    assert refused.status_code == 400


def test_a_network_that_is_too_large_is_refused(http: httpx.Client) -> None:
    form = {
        "name": (None, b"large"),
        "framework": (None, b"onnx"),
        "preprocessing": (None, json.dumps(preprocessing()).encode()),
        "model.onnx": ("model.onnx", b"\0" * 3_500_000),
    }

    refused = http.post("/networks", files=form)

    assert refused.status_code == 413
    assert set(refused.json()) == {"error", "detail"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"framework": "caffe"}, id="framework"),
        pytest.param({"preprocessing": preprocessing()}, id="preprocessing"),
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"name": "x" * 201}, id="a name that is too long"),
        pytest.param({"metadata": [1]}, id="metadata that are no object"),
    ],
)
def test_what_cannot_be_changed_of_a_network_is_refused(
    http: httpx.Client, network_id: int, changes: dict[str, Any]
) -> None:
    for method in ("PATCH", "PUT"):
        refused = http.request(method, f"/networks/{network_id}/", json=changes)
        assert refused.status_code == 400
        assert next(iter(changes)) in refused.json()["error"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
def test_public_models_cannot_be_changed(http: httpx.Client, method: str) -> None:
    refused = http.request(method, "/recognition/public/coralchunk-lite0/", json={"name": "mine"})

    assert refused.status_code == 405
    assert set(refused.json()) == {"error", "detail"}


@pytest.mark.parametrize("number", ["0", "99999999", "99999999999999999999999"])
@pytest.mark.parametrize(
    "path", ["/networks/{}", "/recognition/specs/{}", "/recognition/versions/{}", "/tasks/{}"]
)
def test_numbers_that_nothing_has_are_not_found(http: httpx.Client, path: str, number: str) -> None:
    missing = http.get(path.format(number))

    assert missing.status_code == 404
    assert set(missing.json()) == {"error", "detail"}


def test_a_key_is_needed_and_must_be_for_networks(
    network_server: RunningServer, http: httpx.Client, spec_id: int
) -> None:
    weak = create_token(network_server, "ana", Scope.READ)
    address = f"http://127.0.0.1:{network_server.port}/v0.7"

    assert httpx.get(f"{address}/networks").status_code == 401
    assert httpx.get(f"{address}/networks", headers={"X-API-KEY": weak}).status_code == 200
    body = {"inputs": [IMAGE]}
    asked = httpx.post(
        f"{address}/recognition/specs/{spec_id}/inference", json=body, headers={"X-API-KEY": weak}
    )
    assert asked.status_code == 403
    assert "scope" in asked.json()["error"]


def test_a_busy_server_answers_503(own_server: Callable[..., RunningServer]) -> None:
    server = own_server(MAX_QUEUED_CHUNKS="1", RATE_LIMIT_READS="20/minute", WORKERS="1", WEB_WORKERS="1")
    headers = {"X-API-KEY": add_user_with_token(server, "ana")}
    address = f"http://127.0.0.1:{server.port}/v0.7"
    with server.workers_halted():
        infer = f"{address}/recognition/public/coralchunk-lite0/inference"
        answers = [httpx.post(infer, json={"inputs": [IMAGE]}, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 503]
    assert set(answers[1].json()) == {"error", "detail"}
    limited = wait_for(
        lambda: next(
            (a for a in [httpx.get(f"{address}/tasks", headers=headers)] if a.status_code != 200), None
        ),
        "the rate limit",
    )
    assert limited.status_code == 503
    assert int(limited.headers["Retry-After"]) >= 1


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that fetches nothing, and takes one network from each user."""
    settings = {"FETCH_URLS": "0", "NETWORKS_PER_USER": "1", "WORKERS": "1", "WEB_WORKERS": "1"}
    with serving(tmp_path_factory.mktemp("strict") / "data", **settings) as running:
        yield running


def test_addresses_are_refused_where_nothing_is_fetched(strict_server: RunningServer) -> None:
    headers = {"X-API-KEY": add_user_with_token(strict_server, "ana")}
    body = {"inputs": [{"image": {"source": "https://reef.example/a.jpg"}}]}

    refused = strict_server.client.post(
        "/v0.7/recognition/public/coralchunk-lite0/inference", json=body, headers=headers
    )

    assert refused.status_code == 403
    assert "CORALCHUNK_FETCH_URLS" in refused.json()["error"]


@pytest.mark.parametrize("query", ["offset=-1", "limit=0", "limit=x", "offset=99999999999", "limit=%C2%B2"])
def test_pages_that_cannot_be_are_refused(http: httpx.Client, query: str) -> None:
    assert http.get(f"/networks/?{query}").status_code == 400


def test_pages_keep_the_address_and_the_other_parameters(http: httpx.Client, client: Client) -> None:
    for _ in range(2):
        specification(client, "a")

    page = http.get("/recognition/specs/?limit=1&public=0").json()

    assert page["next"] == f"{http.base_url}recognition/specs/?public=0&offset=1&limit=1"
    assert http.get(page["next"]).json()["previous"].endswith("offset=0&limit=1")


def test_tasks_are_asked_for_by_a_list_as_well(http: httpx.Client, spec_id: int, found: Find) -> None:
    form = {"inputs[0]image.source": ("reef.png", ORANGE)}
    task = found(http.post(f"/recognition/specs/{spec_id}/inference", files=form))

    listed = http.get("/tasks", params={"task_ids": json.dumps([task["id"], "x", "7"])}).json()

    assert [one["id"] for one in listed["results"]] == [task["id"]]
    assert http.get("/tasks", params={"task_ids": "[["}).json()["results"] == []


def test_networks_of_a_user_are_limited(strict_server: RunningServer) -> None:
    headers = {"X-API-KEY": add_user_with_token(strict_server, "ben")}
    form = {
        "name": (None, b"one"),
        "framework": (None, b"onnx"),
        "preprocessing": (None, json.dumps(preprocessing()).encode()),
        "model.onnx": ("model.onnx", onnx_files.mean_colour()),
    }

    first, second = (
        strict_server.client.post("/v0.7/networks", files=form, headers=headers) for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (201, 400)
    assert "CORALCHUNK_NETWORKS_PER_USER" in second.json()["error"]
