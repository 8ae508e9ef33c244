"""Test documents that the deploy API refuses, with the pointer to the error, on a running server."""

import json
from typing import Any

import httpx
import pytest

from tests.coralnet.conftest import MEDIA_TYPE, images
from tests.server import RunningServer

pytestmark = pytest.mark.slow

URL = "https://reef.example/a.jpg"
GOOD = {"row": 1, "column": 2}


def document(**attributes: Any) -> dict[str, Any]:
    return {"data": [{"type": "image", "attributes": {"url": URL, "points": [GOOD]} | attributes}]}


def post(server: RunningServer, sent: object) -> httpx.Response:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    return server.client.post("/api/classifier/1/deploy/", content=body, headers={"Content-Type": MEDIA_TYPE})


BAD = [
    pytest.param(b"", "", "not JSON", id="nothing"),
    pytest.param(b"{", "", "not JSON", id="half a JSON"),
    pytest.param(b"[" * 100_000, "", "not JSON", id="a very deep JSON"),
    pytest.param([], "", "an object", id="a list"),
    pytest.param({}, "/data", "required", id="no data"),
    pytest.param({"data": {}}, "/data", "a list", id="data that is no list"),
    pytest.param({"data": []}, "/data", "empty", id="no image"),
    pytest.param({"data": [7]}, "/data/0", "an object", id="a number for an image"),
    pytest.param(
        {"data": [{"attributes": document()["data"][0]["attributes"]}]},
        "/data/0/type",
        "required",
        id="no type",
    ),
    pytest.param(
        {"data": [{"type": "photo", "attributes": {"url": URL, "points": [GOOD]}}]},
        "/data/0/type",
        "'image'",
        id="another type",
    ),
    pytest.param({"data": [{"type": "image"}]}, "/data/0/attributes", "required", id="no attributes"),
    pytest.param(
        {"data": [{"type": "image", "attributes": {"points": [GOOD]}}]},
        "/data/0/attributes/url",
        "required",
        id="no address",
    ),
    pytest.param(document(url=7), "/data/0/attributes/url", "a string", id="a number for an address"),
    pytest.param(
        document(url="ftp://reef.example/a.jpg"), "/data/0/attributes/url", "http", id="another scheme"
    ),
    pytest.param(document(url="file:///etc/passwd"), "/data/0/attributes/url", "http", id="a file"),
    pytest.param(
        document(url="https://" + "x" * 2000), "/data/0/attributes/url", "2000", id="a book of an address"
    ),
    pytest.param(document(points=[]), "/data/0/attributes/points", "empty", id="no point"),
    pytest.param(document(points=GOOD), "/data/0/attributes/points", "a list", id="a point for a list"),
    pytest.param(
        document(points=[GOOD] * 3 + [{"row": "x", "column": 1}]),
        "/data/0/attributes/points/3/row",
        "whole number",
        id="a word for a row",
    ),
    pytest.param(
        document(points=[{"row": 1.5, "column": 1}]),
        "/data/0/attributes/points/0/row",
        "whole number",
        id="half a row",
    ),
    pytest.param(
        document(points=[{"row": True, "column": 1}]),
        "/data/0/attributes/points/0/row",
        "whole number",
        id="truth for a row",
    ),
    pytest.param(
        document(points=[{"row": -1, "column": 1}]),
        "/data/0/attributes/points/0/row",
        "at least 0",
        id="a row above the photo",
    ),
    pytest.param(
        document(points=[{"row": 1, "column": 10**9}]),
        "/data/0/attributes/points/0/column",
        "at most",
        id="a column beyond any photo",
    ),
    pytest.param(
        document(points=[{"row": 1}]), "/data/0/attributes/points/0/column", "required", id="no column"
    ),
    pytest.param(
        document(points=[GOOD] * 201),
        "/data/0/attributes/points",
        "There are 201 points; at most 200",
        id="too many points",
    ),
    pytest.param(
        {"data": document()["data"] * 101}, "/data", "There are 101 images; at most 100", id="too many images"
    ),
]


@pytest.mark.parametrize(("sent", "pointer", "says"), BAD)
def test_what_is_wrong_is_pointed_at(
    reef_server: RunningServer, sent: object, pointer: str, says: str
) -> None:
    refused = post(reef_server, sent)

    (error,) = refused.json()["errors"]
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, MEDIA_TYPE)
    assert error["source"]["pointer"] == pointer
    assert says in error["detail"]


def test_all_that_is_wrong_is_told_at_once(reef_server: RunningServer) -> None:
    refused = post(reef_server, images({"type": "image", "attributes": {}}, {"type": "x"}))

    pointers = [error["source"]["pointer"] for error in refused.json()["errors"]]
    assert pointers == [
        "/data/0/attributes/url",
        "/data/0/attributes/points",
        "/data/1/type",
        "/data/1/attributes",
    ]
