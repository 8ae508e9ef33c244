"""Test collections of labelled images under /V1/api/collections; tests/web trains and exports them."""

import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.reef import encoded
from tests.server import RunningServer
from tests.training.textures import texture
from tests.users import add_user_with_token

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def tokens(server: RunningServer) -> list[str]:
    """Tokens of two users."""
    made = []
    for _ in range(2):
        name = f"user-{secrets.token_hex(4)}"
        made.append(add_user_with_token(server, name))
    return made


@pytest.fixture
def ask(server: RunningServer, tokens: list[str]) -> Ask:
    """Sends a request with the token of the first user, or of another."""

    def send(method: str, path: str, user: int = 0, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Token {tokens[user]}"}
        return server.client.request(method, f"/V1/api/collections{path}", headers=headers, **options)

    return send


def made(ask: Ask, kind: str, *labels: str) -> dict[str, Any]:
    """Make a collection with these labels."""
    found = ask("POST", "", json={"name": "Small", "type": kind}).json()
    for name in labels:
        found = ask("POST", f"/{found['id']}/labels", json={"name": name}).json()
    return found


def upload(ask: Ask, collection: str, label: str, seed: int) -> str:
    """Add a picture to a label. Returns its id."""
    files = {"image": ("a.png", encoded(texture("dots", seed), "PNG"), "image/png")}
    answer = ask("POST", f"/{collection}/images", files=files, data={"label_id": label})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def shown(ask: Ask, collection: str, label: str) -> list[str]:
    found = ask("GET", f"/{collection}/images", params={"label": label, "limit": 200}).json()
    return [one["id"] for one in found["images"]]


def test_where_one_label_holds_an_image_that_gets_another_loses_the_first(ask: Ask) -> None:
    collection = made(ask, "multi_class", "a", "b")
    key, (a, b) = collection["id"], [one["id"] for one in collection["labels"]]
    image = upload(ask, key, a, 1)

    again = upload(ask, key, b, 1)

    assert (again, shown(ask, key, a), shown(ask, key, b)) == (image, [], [image])
    assert ask("PATCH", f"/{key}/images/{image}", json={"label_id": a}).status_code == 200
    assert (shown(ask, key, a), shown(ask, key, b)) == ([image], [])
    assert ask("DELETE", f"/{key}/images/{image}").status_code == 200
    assert ask("PATCH", f"/{key}/images/{image}", json={"label_id": a}).status_code == 404


def test_where_any_number_of_labels_holds_an_image_keeps_the_others(ask: Ask) -> None:
    collection = made(ask, "multi_label", "a", "b")
    key = collection["id"]
    ids = {one["name"]: one["id"] for one in collection["labels"]}
    image = upload(ask, key, ids["a"], 2)

    ask("PATCH", f"/{key}/images/{image}", json={"label_id": ids["b"]})
    both = shown(ask, key, ids["a"]), shown(ask, key, ids["b"])
    ask("PATCH", f"/{key}/images/{image}", json={"label_id": ids["b"], "from_label_id": ids["a"]})

    assert [one["is_negative"] for one in collection["labels"]] == [True, False, False]
    assert both == ([image], [image])
    assert (shown(ask, key, ids["a"]), shown(ask, key, ids["b"])) == ([], [image])


def test_images_are_listed_page_by_page(ask: Ask) -> None:
    collection = made(ask, "multi_class", "a")
    key, label = collection["id"], collection["labels"][0]["id"]
    images = [upload(ask, key, label, seed) for seed in (10, 11, 12)]

    pages, after = [], None
    for _ in range(2):
        params = {"label": label, "limit": 2} | ({"after": after} if after else {})
        page = ask("GET", f"/{key}/images", params=params).json()
        pages.append([one["id"] for one in page["images"]])
        after = page["after"]

    assert (pages, after) == ([images[:2], images[2:]], None)


def test_collections_of_others_are_unknown(ask: Ask) -> None:
    collection = made(ask, "multi_class", "a")
    key, label = collection["id"], collection["labels"][0]["id"]
    image = upload(ask, key, label, 20)

    refused = [
        ask("GET", f"/{key}", user=1),
        ask("DELETE", f"/{key}", user=1),
        ask("GET", f"/{key}/export.zip", user=1),
        ask("POST", f"/{key}/train", user=1),
        ask("DELETE", f"/{key}/images/{image}", user=1),
        ask("GET", f"/{key}/versions/1.onnx"),
        ask("GET", f"/{key}/images", params={"label": "x"}),
    ]

    assert [one.status_code for one in refused] == [404] * len(refused)
    assert key not in {one["id"] for one in ask("GET", "", user=1).json()["collections"]}
    assert ask("DELETE", f"/{key}").json() == {"status": "success"}


def test_refusals_name_the_field(ask: Ask, server: RunningServer) -> None:
    collection = made(ask, "multi_class", "a")
    key, label = collection["id"], collection["labels"][0]["id"]

    refused = {
        "name": ask("POST", "", json={"name": " "}),
        "image": ask("POST", f"/{key}/images", data={"label_id": label}),
        "limit": ask("GET", f"/{key}/images", params={"label": label, "limit": "0"}),
        "too little to learn": ask("POST", f"/{key}/train"),
        "trained": ask("POST", f"/{key}/classify", files={"image": ("a.png", b"x")}),
    }

    for word, answer in refused.items():
        assert answer.status_code == 400
        assert word in answer.json()["detail"]
    assert server.client.get("/V1/api/collections").status_code == 401
