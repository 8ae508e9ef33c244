"""Test what the deploy API refuses, with the pointer to the error."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from coralchunk.accounts import Accounts
from coralchunk.config import Settings
from coralchunk.identity import Scope
from coralchunk.services import Services
from tests.coralnet.conftest import MEDIA_TYPE, PASSWORD, Ask, WorkOff, image, images
from tests.coralnet.host import ImageHost

DEPLOY = "/api/classifier/1/deploy/"
URL = "https://reef.example/a.jpg"


def document() -> dict[str, Any]:
    return images(image(URL))


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
    ask: Ask, host: ImageHost, accounts: Accounts, services: Services, work_off: WorkOff
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
    refused = ask(DEPLOY, b" " * 8_000_001)

    assert (refused.status_code, refused.content_type) == (413, MEDIA_TYPE)
    assert "8000000 bytes" in refused.get_json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/api", 404, id="the API itself"),
        pytest.param("GET", "/api/nothing/", 404, id="no such path"),
        pytest.param("GET", "/api/deploy_job/x/status/", 404, id="no number"),
        pytest.param("GET", DEPLOY, 405, id="asked for, not sent"),
        pytest.param("DELETE", "/api/deploy_job/1/status/", 405, id="deleted"),
        pytest.param("POST", "/api/classifiers/", 405, id="sent, not asked for"),
    ],
)
def test_what_is_no_route_is_told_as_json_api_too(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    refused = client.open(path, method=method)

    assert (refused.status_code, refused.content_type) == (status, MEDIA_TYPE)
    assert [set(error) for error in refused.get_json()["errors"]] == [{"detail"}]
    assert (status == 405) == ("Allow" in refused.headers)


def test_other_languages_keep_their_own_refusals(client: FlaskClient) -> None:
    assert client.get("/V1/api/nothing").content_type == "application/problem+json"
    assert client.get("/apiary").content_type == "application/problem+json"


def test_without_redis_nothing_is_kept(
    client_of: Callable[[Settings], FlaskClient], settings: Settings, token: str
) -> None:
    client = client_of(
        settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", "rate_limit": "off"})
    )

    refused = client.post(DEPLOY, json=document(), headers={"X-API-KEY": token})

    assert (refused.status_code, refused.content_type) == (503, MEDIA_TYPE)
    assert list(settings.data_dir.rglob("request.json")) == []
