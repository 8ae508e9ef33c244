"""Ask with plain HTTP and with curl, as the published page does."""

import json
import subprocess
import uuid
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from coralchunk.identity import Scope
from tests.conftest import ORIGIN
from tests.server import RunningServer
from tests.users import add_user, create_token
from tests.ximilar.conftest import Ask, NewUser, base64_of, picture

UNKNOWN = str(uuid.uuid4())
Curl = Callable[..., Any]


@pytest.fixture
def curl(server: RunningServer, token: str) -> Curl:
    """Runs curl with a path below /recognition/v2/, and returns the JSON of its answer."""

    def run(path: str, *arguments: str) -> Any:
        address = f"http://127.0.0.1:{server.port}/recognition/v2/{path}"
        said = subprocess.run(
            ["curl", "-sS", "-H", f"Authorization: Token {token}", *arguments, address],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        return json.loads(said) if said else None

    return run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "reef.jpg"
    path.write_bytes(picture())
    return path


def made(ask: Ask, resource: str, **fields: Any) -> dict[str, Any]:
    answer = ask("POST", resource, json={"name": "made", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_published_examples_work_with_curl(curl: Curl, photo: Path) -> None:
    task = curl(
        "task/", "-XPOST", "-F", "name=My new task", "-F", "type=multi_class", "-F", "description=Demo task"
    )
    label = curl("label/", "-XPOST", "-F", "name=New label", "-F", "type=category")
    connected = curl(f"task/{task['id']}/add-label", "-XPOST", "-F", f'label_id="{label["id"]}"')
    image = curl(
        "training-image/", "-XPOST", "-F", f"img_path=@{photo};type=image/jpeg", "-F", 'meta_data={"a": 1}'
    )
    labelled = curl(f"training-image/{image['id']}/add-label", "-XPOST", "-F", f"label_id={label['id']}")

    assert (task["name"], task["description"], task["production_version"]) == ("My new task", "Demo task", 0)
    assert connected["id"] == task["id"]
    assert (image["img_width"], image["meta_data"]) == (64, {"a": 1})
    assert [one["id"] for one in labelled["labels"]] == [label["id"]]
    assert [one["id"] for one in curl(f"label/?task={task['id']}")["results"]] == [label["id"]]
    assert [one["id"] for one in curl('label/?search="ew%20lab"')["results"]] == [label["id"]]
    assert [one["id"] for one in curl(f"training-image/?label={label['id']}")["results"]] == [image["id"]]
    removed = curl(f"training-image/{image['id']}/remove-label", "-XPOST", "-F", f"label_id={label['id']}")
    assert removed["labels"] == []
    assert "too little" in curl(f"task/{task['id']}/train/", "-XPOST")["detail"]
    for path in (f"training-image/{image['id']}/", f"label/{label['id']}/", f"task/{task['id']}/"):
        assert curl(path, "-XDELETE") is None
        assert "never existed" in curl(path)["detail"]


def test_a_value_is_given_and_changed_with_curl(curl: Curl, photo: Path) -> None:
    label = curl("label/", "-XPOST", "-F", "name=depth", "-F", "type=value")
    sent = {"base64": base64_of(photo.read_bytes()), "meta_data": {"field": "key"}, "noresize": False}
    image = curl(
        "training-image/",
        "--request",
        "POST",
        "--header",
        "content-type: application/json",
        "--data",
        json.dumps(sent),
    )
    fields = ["-F", f"label_id={label['id']}", "-F"]

    curl(f"training-image/{image['id']}/add-label", "-XPOST", *fields, "value=2.5")
    changed = curl(f"training-image/{image['id']}/update-value", "-XPOST", *fields, "value=-7")

    assert image["meta_data"] == {"field": "key"}
    assert curl(f"training-image/{image['id']}", "-XPUT", "--data", "{}")["meta_data"] == {"field": "key"}
    assert [one["value"] for one in changed["labels"]] == [-7.0]
    for wrong in ("deep", "nan", "1e999"):
        refused = curl(f"training-image/{image['id']}/update-value", "-XPOST", *fields, f"value={wrong}")
        assert refused["detail"].startswith("value: ")


@pytest.mark.parametrize("resource", ["task", "label", "training-image", "model"])
def test_lists_are_there_with_and_without_the_final_slash(ask: Ask, resource: str) -> None:
    for path in (resource, f"{resource}/"):
        answer = ask("GET", path)
        assert answer.status_code == 200
        assert set(answer.json()) == {"count", "next", "previous", "results"}


def test_pages_lead_to_each_other_under_the_address_that_was_used(ask: Ask, new_user: NewUser) -> None:
    headers = {"Authorization": f"Token {new_user()}", "Host": "reef.example:8080"}
    for number in range(5):
        ask("POST", "label/", json={"name": f"label {number}", "type": "tag"}, headers=headers)

    first = ask("GET", "label/?page_size=2&type=tag", headers=headers).json()
    second = ask("GET", first["next"].removeprefix("http://reef.example:8080"), headers=headers).json()
    third = ask("GET", "label/?page=3&page_size=2", headers=headers).json()

    assert first["next"].startswith(
        "http://reef.example:8080/recognition/v2/label/?page_size=2&type=tag&page=2"
    )
    assert [one["name"] for page in (first, second, third) for one in page["results"]] == [
        f"label {number}" for number in range(5)
    ]
    assert (first["previous"], third["next"], first["count"]) == (None, None, 5)
    assert ask("GET", "label/?page=4&page_size=2", headers=headers).status_code == 404
    assert ask("GET", "label/?page=x", headers=headers).status_code == 400


def test_a_page_has_no_gap_when_something_is_deleted_meanwhile(ask: Ask, new_user: NewUser) -> None:
    headers = {"Authorization": f"Token {new_user()}"}
    ids = [ask("POST", "label", json={"name": "x"}, headers=headers).json()["id"] for _ in range(4)]
    first = ask("GET", "label/?page_size=2", headers=headers).json()

    ask("DELETE", f"label/{ids[0]}", headers=headers)
    second = httpx.get(first["next"], headers=headers).json()

    assert [one["id"] for one in first["results"] + second["results"]] == ids


LONG, ODD = {"name": "x" * 201, "type": "regression"}, {"name": "x\u0000"}
ELSEWHERE, UNTYPED = {"name": "x", "workspace": "y"}, {"name": "x", "type": "y"}
BOUND = f"label_value_{UNKNOWN}__lte"


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "words"),
    [
        pytest.param("GET", f"task/{UNKNOWN}", {}, 404, "task", id="an unknown task"),
        pytest.param("GET", "label/none", {}, 404, "label", id="no id"),
        pytest.param("GET", "training-image/%00", {}, 404, "image", id="a zero byte"),
        pytest.param("GET", "nothing", {}, 404, "", id="an unknown path"),
        pytest.param("GET", "/annotate/v2/point/", {}, 404, "", id="points"),
        pytest.param("PUT", "task/", {}, 405, "use", id="a wrong method"),
        pytest.param("POST", "task", {"content": b"{"}, 400, "body", id="broken JSON"),
        pytest.param("POST", "task", {"json": [1]}, 400, "body", id="no object"),
        pytest.param("POST", "task", {"json": {"type": "multi_class"}}, 400, "name", id="no name"),
        pytest.param("POST", "task", {"json": {"name": "x"}}, 400, "type", id="no type"),
        pytest.param("POST", "task", {"json": LONG}, 400, "201", id="a long name"),
        pytest.param("POST", "label", {"json": ODD}, 400, "name", id="a name that cannot be"),
        pytest.param("POST", "label", {"json": UNTYPED}, 400, "type", id="an unknown type"),
        pytest.param("POST", "label", {"json": {"name": 5}}, 400, "name", id="a number for a name"),
        pytest.param("POST", "label", {"json": ELSEWHERE}, 404, "workspace", id="a workspace"),
        pytest.param("POST", "training-image", {"json": {}}, 400, "img_path", id="no image"),
        pytest.param("POST", "training-image", {"json": {"base64": "*"}}, 400, "base64", id="no base64"),
        pytest.param(
            "POST", "training-image", {"json": {"base64": "YWJj"}}, 400, "photo", id="no image at all"
        ),
        pytest.param("POST", "training-image", {"content": b"x" * 10**6}, 400, "body", id="no JSON"),
        pytest.param("POST", "training-image/update", {"json": {}}, 400, "images", id="nothing to change"),
        pytest.param("GET", "training-image/?label_value_x__gte=1", {}, 404, "label", id="no label"),
        pytest.param("GET", f"training-image/?{BOUND}=x", {}, 400, "label_value", id="no bound"),
        pytest.param("GET", "training-image/?test=perhaps", {}, 400, "test", id="an unclear mark"),
        pytest.param("GET", "training-image/?verified=-1", {}, 400, "verified", id="no count"),
        pytest.param("GET", "label/?search=%00", {}, 400, "search", id="a search that cannot be"),
    ],
)
def test_refusals_say_why_in_detail_and_in_nothing_else(
    ask: Ask, method: str, path: str, options: dict[str, Any], status: int, words: str
) -> None:
    refused = ask(method, path, **options)

    assert refused.status_code == status
    assert refused.headers["Content-Type"].startswith("application/json")
    assert set(refused.json()) == {"detail"}
    assert words in refused.json()["detail"]


@pytest.mark.parametrize("path", ["task", "label", "/account/v2/user", "/annotate/v2/verification/?image=x"])
def test_a_request_without_a_valid_token_is_401(server: RunningServer, path: str) -> None:
    address = path if path.startswith("/") else f"/recognition/v2/{path}"
    for headers in ({}, {"Authorization": "Token no"}, {"Authorization": f"JWT {'x' * 80}"}):
        refused = server.client.get(address, headers=headers)
        assert (refused.status_code, set(refused.json())) == (401, {"detail"})


def test_a_token_is_for_what_it_was_given_out_for(server: RunningServer, ask: Ask) -> None:
    add_user(server, "reader")
    reads = create_token(server, "reader", Scope.READ)
    headers = {"Authorization": f"Token {reads}"}

    assert ask("GET", "task", headers=headers).status_code == 200
    assert ask("POST", "task", json={"name": "x", "type": "regression"}, headers=headers).status_code == 403
    assert ask("POST", "classify", json={}, headers=headers).json()["status"]["code"] == 403


def test_the_clients_check_of_its_token_is_answered(ask: Ask, token: str) -> None:
    user = ask("GET", "/account/v2/user").json()
    sent = {"service": "custom-recognition", "call_type": "authenticate"}

    assert ask("POST", "/authorization/v2/authorize", json=sent).json()["user_id"] == user["id"]
    refused = ask("POST", "/authorization/v2/authorize", json=sent, headers={"Authorization": "Token x"})
    assert (refused.status_code, set(refused.json())) == (401, {"detail"})


def test_workspaces_are_made_listed_changed_and_deleted(ask: Ask) -> None:
    workspace = ask("POST", "/account/v2/workspace/", json={"name": "Lagoon", "meta_data": {"a": 1}}).json()
    address = f"/account/v2/workspace/{workspace['id']}"

    listed = ask("GET", "/account/v2/workspace").json()
    renamed = ask("PATCH", address, json={"name": "Atoll"}).json()
    label = ask("POST", "label", json={"name": "there", "workspace": workspace["id"]}).json()

    assert [one["is_default"] for one in listed] == [True, False]
    assert (renamed["name"], renamed["meta_data"]) == ("Atoll", {"a": 1})
    assert [one["id"] for one in ask("GET", f"label/?workspace={workspace['id']}").json()["results"]] == [
        label["id"]
    ]
    assert ask("DELETE", address).status_code == 204
    assert ask("GET", f"label/{label['id']}").status_code == 404
    assert ask("DELETE", f"/account/v2/workspace/{listed[0]['id']}").status_code == 400


def test_labels_and_tasks_change_in_part(ask: Ask) -> None:
    label = made(ask, "label", description="kept", output_name="old")
    task = made(ask, "task", type="multi_class", description="kept")

    for method in ("PUT", "PATCH"):
        told = ask(method, f"label/{label['id']}/", json={"output_name": method}).json()
        assert (told["name"], told["description"], told["output_name"]) == ("made", "kept", method)
        told = ask(method, f"task/{task['id']}", json={"name": method}).json()
        assert (told["name"], told["description"]) == (method, "kept")
    assert ask("PATCH", f"task/{task['id']}", json={"production_version": 1}).status_code == 404


def test_the_same_bytes_are_refused_with_the_id_of_the_image(ask: Ask) -> None:
    content = picture()
    first = ask("POST", "training-image/", files={"img_path": ("a.jpg", content)})

    again = ask("POST", "training-image", json={"base64": base64_of(content)})

    assert (first.status_code, again.status_code) == (201, 400)
    assert f"already exists in the workspace, image ID: {first.json()['id']}" in again.json()["detail"]


def test_a_signed_address_needs_no_token_and_cannot_be_changed(ask: Ask, server: RunningServer) -> None:
    image = ask("POST", "training-image/", files={"img_path": ("a.png", picture(form="PNG"))}).json()
    path, _, query = image["img_path"].removeprefix(f"http://127.0.0.1:{server.port}").partition("?")

    shown = httpx.get(image["img_path"])

    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")
    assert path.endswith(f"/{image['id']}.png")
    assert "/" not in query
    for changed in (path, f"{path}?{query}0", f"{path.replace('.png', '.jpg')}?{query}"):
        assert server.client.get(changed).status_code == 404


def test_a_large_form_with_base64_is_taken(ask: Ask) -> None:
    content = picture(900, 900, "PNG")  # noise: over two megabytes

    answer = ask("POST", "training-image/", data={"base64": base64_of(content)}, files={"x": ("", BytesIO())})

    assert answer.status_code == 201
    assert (answer.json()["img_width"], answer.json()["img_height"]) == (900, 900)


def test_browsers_of_allowed_origins_may_ask(server: RunningServer) -> None:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }

    allowed = server.client.options("/recognition/v2/classify", headers=asked)
    foreign = server.client.options(
        "/recognition/v2/classify", headers={**asked, "Origin": "https://other.example"}
    )

    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "authorization" in allowed.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in foreign.headers
