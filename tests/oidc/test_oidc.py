"""Test log-in at a real OpenID provider."""

import re
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coralchunk.config import Settings
from coralchunk.errors.setup import BadSetting
from coralchunk.oidc import libraries
from coralchunk.services import Services
from tests.databases import provide_database
from tests.oidc.conftest import RunningProvider

NewClient = Callable[..., FlaskClient]


@pytest.fixture
def client(
    client_of: Callable[[Settings], FlaskClient], services: Services, provider: RunningProvider
) -> FlaskClient:
    """An app that lets the people of reef.example and of the group reef-lab in."""
    services.accounts.database.close()
    settings = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "coralchunk",
        "oidc_client_secret": "parrotfish",
        "oidc_domains": ("reef.example",),
        "oidc_groups": ("reef-lab",),
        "oidc_read_only_groups": ("readers",),
        "database_url": f"sqlite:///{services.settings.data_dir}/coralchunk.db",
    }
    services.settings.data_dir.mkdir(parents=True, exist_ok=True)
    provide_database(services.settings.data_dir)
    return client_of(services.settings.model_copy(update=settings))


def log_in(client: FlaskClient, provider: RunningProvider, person: str) -> TestResponse:
    begun = client.get("/oidc/log-in")
    assert begun.status_code == 302
    back = provider.authorize(begun.headers["Location"], person)
    return client.get(back.removeprefix("http://localhost"))


def token_in(page: TestResponse) -> dict[str, str]:
    found = re.search(r'data-token="(ck[0-9a-f]{40})"', page.get_data(as_text=True))
    assert found is not None, page.get_data(as_text=True)
    return {"X-API-KEY": found[1]}


def test_a_user_is_added_at_the_first_log_in_and_known_at_the_next(
    client: FlaskClient, provider: RunningProvider
) -> None:
    first = log_in(client, provider, "ana")
    again = log_in(client, provider, "ana")

    users = [client.get("/V1/api/tokens", headers=token_in(page)).get_json() for page in (first, again)]
    assert [one["user"] for one in users] == ["ana@reef.example"] * 2
    assert len(users[1]["tokens"]) == 2
    assert first.headers["Cache-Control"] == "no-store"
    log = client.get("/V1/api/audit-log", headers=token_in(again)).get_json()["events"]
    assert [one["action"] for one in log] == ["log-in", "log-in"]
    password = client.post("/api/token_auth/", data={"username": "ana@reef.example", "password": ""})
    assert password.status_code == 400


def test_the_browser_is_sent_with_pkce_state_and_nonce(
    client: FlaskClient, provider: RunningProvider
) -> None:
    begun = [client.get("/oidc/log-in") for _ in range(2)]

    asked, other = (parse_qs(urlsplit(one.headers["Location"]).query) for one in begun)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost/oidc/callback"]
    for secret in ("code_challenge", "state", "nonce"):
        assert len(asked[secret][0]) >= 43
        assert asked[secret] != other[secret]
    assert "HttpOnly" in begun[0].headers["Set-Cookie"]
    assert "SameSite=Lax" in begun[0].headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        pytest.param("ben", "neither your domain nor one of your groups", id="of another domain"),
        pytest.param("cleo", "has not verified your e-mail address", id="with an unverified address"),
    ],
)
def test_who_is_not_on_the_list_is_not_let_in(
    client: FlaskClient, provider: RunningProvider, person: str, reason: str
) -> None:
    refused = log_in(client, provider, person)

    assert refused.status_code == 403
    assert refused.content_type == "text/html; charset=utf-8"
    assert reason in refused.get_data(as_text=True)


def test_the_page_of_a_refusal_is_in_the_language_of_the_browser(
    client: FlaskClient, provider: RunningProvider
) -> None:
    begun = client.get("/oidc/log-in")
    back = provider.authorize(begun.headers["Location"], "ben").removeprefix("http://localhost")

    refused = client.get(back, headers={"Accept-Language": "pt-BR"}).get_data(as_text=True)

    assert "mas nem seu domínio nem nenhum dos seus grupos pode entrar aqui." in refused
    assert "Peça ao operador deste servidor" in refused


def test_a_server_without_a_provider_says_so_in_the_language_of_the_browser(
    client_of: Callable[[Settings], FlaskClient], services: Services
) -> None:
    plain = client_of(services.settings)

    refused = plain.get("/oidc/log-in", headers={"Accept-Language": "es"})

    assert refused.status_code == 404
    assert refused.content_language == {"es"}
    assert "Este servidor no tiene proveedor OpenID" in refused.get_data(as_text=True)


def test_a_group_lets_in_and_may_only_read(client: FlaskClient, provider: RunningProvider) -> None:
    page = log_in(client, provider, "dora")

    listed = client.get("/V1/api/tokens", headers=token_in(page)).get_json()
    assert (listed["user"], listed["tokens"][0]["scopes"]) == ("dora", ["read"])


def test_a_name_of_a_user_with_a_password_is_not_taken_over(
    client: FlaskClient, provider: RunningProvider
) -> None:
    accounts = client.application.extensions["coralchunk"].accounts
    accounts.add_user("dora", "parrotfish", 1.0)

    refused = log_in(client, provider, "dora")

    assert refused.status_code == 403
    assert "belongs to a user with a password" in refused.get_data(as_text=True)


def test_a_disabled_user_is_not_let_in(client: FlaskClient, provider: RunningProvider) -> None:
    log_in(client, provider, "ana")
    client.application.extensions["coralchunk"].accounts.disable("ana@reef.example", 2.0)

    assert log_in(client, provider, "ana").status_code == 403


def test_an_answer_that_belongs_to_no_log_in_of_this_browser_is_refused(
    client: FlaskClient, provider: RunningProvider
) -> None:
    begun = client.get("/oidc/log-in")
    back = provider.authorize(begun.headers["Location"], "ana").removeprefix("http://localhost")
    (state,) = parse_qs(urlsplit(back).query)["state"]
    cookie = client.get_cookie("coralchunk-log-in", path="/oidc")
    assert cookie is not None
    wrong = {
        "state": back.replace(state, "x" * len(state)),
        "issuer": re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", back),
        "code": re.sub(r"code=[^&]+", "code=guessed", back),
        "error": f"/oidc/callback?error=access_denied&state={state}&iss={provider.issuer}",
    }

    refused = {name: client.get(path) for name, path in wrong.items()}
    client.delete_cookie("coralchunk-log-in", path="/oidc")
    without = client.get(back)
    client.set_cookie("coralchunk-log-in", cookie.value, path="/oidc")
    right = client.get(back)
    client.set_cookie("coralchunk-log-in", cookie.value, path="/oidc")
    twice = client.get(back)

    assert [answer.status_code for answer in refused.values()] == [403] * 4
    assert without.status_code == twice.status_code == 403
    token_in(right)


def test_without_a_provider_there_is_no_log_in_there(client_of: NewClient, services: Services) -> None:
    client = client_of(services.settings)

    assert client.get("/oidc/log-in").status_code == client.get("/oidc/callback").status_code == 404


def test_a_provider_that_does_not_answer_is_told_as_such(client_of: NewClient, services: Services) -> None:
    settings = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "x", "oidc_groups": ("y",)}
    client = client_of(services.settings.model_copy(update=settings))

    away = client.get("/oidc/log-in")

    assert away.status_code == 503
    assert "http://127.0.0.1:9 does not answer" in away.get_data(as_text=True)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        pytest.param({"ISSUER": "http://login.example"}, "https://", id="without TLS"),
        pytest.param({"ISSUER": "https://login.example"}, "CLIENT_ID", id="without a client"),
        pytest.param(
            {"ISSUER": "https://login.example", "CLIENT_ID": "x"}, "who may log in", id="for everybody"
        ),
    ],
)
def test_settings_that_cannot_work_are_refused(variables: dict[str, str], reason: str) -> None:
    environment = {f"CORALCHUNK_OIDC_{name}": value for name, value in variables.items()}

    with pytest.raises(BadSetting, match=reason):
        Settings.from_environment(environment)


def test_a_missing_extra_is_told_when_the_server_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "authlib.oidc.core", None)  # as if it were not installed

    with pytest.raises(BadSetting, match=re.escape("pip install 'coralchunk[oidc]'")):
        libraries.load_libraries("https://login.example")
