"""What the deploy API refuses, with the pointer to what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from coralchunk.accounts import Accounts, Scope
from coralchunk.config import Settings
from coralchunk.services import Services
from tests.coralnet.conftest import MEDIA_TYPE, PASSWORD, Ask, image, images
from tests.coralnet.host import ImageHost

DEPLOY = "/api/classifier/1/deploy/"
URL = "https://reef.example/a.jpg"
GOOD = {"row": 1, "column": 2}


def document(**attributes: Any) -> dict[str, Any]:
    return {"data": [{"type": "image", "attributes": {"url": URL, "points": [GOOD]} | attributes}]}


BAD = [
    pytest.param(b"", "", "no JSON", id="nothing"),
    pytest.param(b"{", "", "no JSON", id="half a JSON"),
    pytest.param(b"[" * 100_000, "", "no JSON", id="a very deep JSON"),
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
def test_what_is_wrong_is_pointed_at(ask: Ask, sent: object, pointer: str, says: str) -> None:
    refused = ask(DEPLOY, sent)

    (error,) = refused.get_json()["errors"]
    assert (refused.status_code, refused.content_type) == (400, MEDIA_TYPE)
    assert error["source"]["pointer"] == pointer
    assert says in error["detail"]


def test_all_that_is_wrong_is_told_at_once(ask: Ask) -> None:
    refused = ask(DEPLOY, images({"type": "image", "attributes": {}}, {"type": "x"}))

    pointers = [error["source"]["pointer"] for error in refused.get_json()["errors"]]
    assert pointers == [
        "/data/0/attributes/url",
        "/data/0/attributes/points",
        "/data/1/type",
        "/data/1/attributes",
    ]


ROUTES = [
    ("GET", "/api/classifiers/"),
    ("POST", DEPLOY),
    ("GET", "/api/deploy_job/1/status/"),
    ("GET", "/api/deploy_job/1/result/"),
]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Token ck" + "0" * 40}], ids=["none", "wrong"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_needs_a_token(app: FlaskClient, method: str, path: str, headers: dict[str, str]) -> None:
    refused = app.open(path, method=method, headers=headers)

    assert (refused.status_code, refused.content_type) == (401, MEDIA_TYPE)
    assert "Token" in refused.headers["WWW-Authenticate"]
    assert refused.get_json()["errors"][0]["detail"]


def test_what_is_unknown_is_a_404(ask: Ask) -> None:
    unknown = [
        ask("/api/classifier/99/deploy/", document()),
        ask("/api/deploy_job/1/status/"),
        ask("/api/deploy_job/1/result/"),
    ]

    assert [answer.status_code for answer in unknown] == [404, 404, 404]
    assert "no classifier 99" in unknown[0].get_json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        pytest.param({"username": "ana", "password": "wrong"}, None, id="a wrong password"),
        pytest.param({"username": "nobody", "password": PASSWORD}, None, id="an unknown name"),
        pytest.param({"username": "ana"}, "/password", id="no password"),
        pytest.param({"username": 7, "password": PASSWORD}, "/username", id="a number for a name"),
        pytest.param(b"{", "", id="no JSON"),
    ],
)
def test_a_wrong_login_is_refused(ask: Ask, sent: object, pointer: str | None) -> None:
    refused = ask("/api/token_auth/", sent, headers={})

    (error,) = refused.get_json()["errors"]
    assert refused.status_code == 400
    assert error.get("source", {}).get("pointer") == pointer


def test_a_reader_may_not_send(ask: Ask, accounts: Accounts) -> None:
    reader = {"X-API-KEY": accounts.create_token("ana", "", frozenset({Scope.READ}), 1.0)}

    assert ask(DEPLOY, document(), headers=reader).status_code == 403


def test_a_server_that_fetches_nothing_says_so(
    client_of: Callable[[Settings], FlaskClient], settings: Settings, token: str
) -> None:
    client = client_of(settings.model_copy(update={"fetch_urls": False}))

    refused = client.post(DEPLOY, json=document(), headers={"X-API-KEY": token})

    assert refused.status_code == 403
    assert "CORALCHUNK_FETCH_URLS=1" in refused.get_json()["errors"][0]["detail"]


def test_a_user_may_have_so_many_active_jobs_and_no_more(
    ask: Ask, host: ImageHost, accounts: Accounts, services: Services, work_off: Callable[[], None]
) -> None:
    other = {"X-API-KEY": accounts.create_token("ben", "", frozenset(Scope), 1.0)}
    asked = images(image(host.url("reef.jpg")))

    first = [ask(DEPLOY, asked).status_code for _ in range(5)]
    sixth = ask(DEPLOY, asked)
    others = ask(DEPLOY, asked, headers=other)
    work_off()
    later = ask(DEPLOY, asked)

    assert (first, sixth.status_code, others.status_code, later.status_code) == ([202] * 5, 429, 202, 202)
    assert "may have 5 at once" in sixth.get_json()["errors"][0]["detail"]
    assert int(sixth.headers["Retry-After"]) > 0


def test_a_request_larger_than_any_can_be_is_refused(ask: Ask) -> None:
    assert ask(DEPLOY, b" " * 8_000_001).status_code == 413


def test_without_redis_nothing_is_kept(
    client_of: Callable[[Settings], FlaskClient], settings: Settings, token: str
) -> None:
    client = client_of(
        settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", "rate_limit": "off"})
    )

    refused = client.post(DEPLOY, json=document(), headers={"X-API-KEY": token})

    assert (refused.status_code, refused.content_type) == (503, MEDIA_TYPE)
    assert list(settings.data_dir.rglob("request.json")) == []
