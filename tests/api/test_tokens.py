"""Test the V1 API when it requires tokens."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from coralchunk.accounts import Accounts
from coralchunk.config import Settings
from coralchunk.identity import Scope
from coralchunk.pipeline.steps.retry import retry
from coralchunk.pipeline.steps.sweep import reconcile_storage
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.services import Services
from coralchunk.storage.sql.database import open_database
from jobs.worker import ChunkWorker
from tests.hashing import QUICK_HASHER
from tests.reef import jpeg

NOW = 1_900_000_000.0
ClientOf = Callable[[Settings], FlaskClient]
Headers = dict[str, str]


@pytest.fixture
def settings(services: Services, database_url: str) -> Settings:
    changed = {"v1_require_token": True, "database_url": database_url}
    return services.settings.model_copy(update=changed)


@pytest.fixture
def accounts(settings: Settings) -> Iterator[Accounts]:
    settings.data_dir.mkdir(parents=True)
    database = open_database(settings.database_url, settings.data_dir)
    accounts = Accounts(database, QUICK_HASHER)
    accounts.add_user("ana", "parrotfish", NOW)
    yield accounts
    database.close()


@pytest.fixture
def guarded(client_of: ClientOf, settings: Settings, accounts: Accounts) -> FlaskClient:
    return client_of(settings)


@pytest.fixture
def token(accounts: Accounts) -> str:
    return accounts.create_token("ana", "", frozenset(Scope), NOW)


@pytest.fixture
def mine(token: str) -> Headers:
    return {"Authorization": f"Token {token}"}


@pytest.fixture
def anothers(accounts: Accounts) -> Headers:
    return {"Authorization": f"Token {accounts.create_token('ana', '', frozenset(Scope), NOW)}"}


def basic(user: str, password: str = "") -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def submitted(client: FlaskClient, headers: Headers, seed: int = 1) -> int:
    form = {"image": (BytesIO(jpeg(300, 300, seed)), "reef.jpg")}
    answer = client.post("/V1/api/classify", data=form, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return int(answer.get_json()["job_id"])


ROUTES = [
    ("POST", "/V1/api/classify"),
    ("GET", "/V1/api/status/{0}"),
    ("GET", "/V1/api/result/{0}.png"),
    ("GET", "/V1/api/result/{0}.csv"),
    ("GET", "/V1/api/events/{0}"),
    ("POST", "/V1/api/classify/{0}/share"),
    ("DELETE", "/V1/api/classify/{0}"),
]


@pytest.mark.parametrize(
    "send",
    [
        pytest.param(lambda token: {"Authorization": f"Token {token}"}, id="Token"),
        pytest.param(lambda token: {"Authorization": f"Bearer {token}"}, id="Bearer"),
        pytest.param(lambda token: {"Authorization": f"bearer {token}"}, id="in small letters"),
        pytest.param(lambda token: {"Authorization": basic(token)}, id="Basic"),
        pytest.param(lambda token: {"X-API-KEY": token}, id="X-API-KEY"),
    ],
)
def test_a_token_is_taken_in_each_of_its_forms(
    guarded: FlaskClient, token: str, send: Callable[[str], Headers]
) -> None:
    job_id = submitted(guarded, send(token))

    assert guarded.get(f"/V1/api/status/{job_id}", headers=send(token)).status_code == 200


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_of_v1_needs_a_token(guarded: FlaskClient, mine: Headers, method: str, path: str) -> None:
    refused = guarded.open(path.format(submitted(guarded, mine)), method=method)

    assert (refused.status_code, refused.content_type) == (401, "application/problem+json")
    assert refused.get_json()["title"] == "NoToken"
    assert "Token" in refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Authorization": "Token ck" + "0" * 40}, id="never given out"),
        pytest.param({"Authorization": "Token"}, id="empty"),
        pytest.param({"Authorization": "Digest username=x"}, id="another scheme"),
        pytest.param({"Authorization": "Basic !!!"}, id="no base64"),
        pytest.param({"Authorization": basic("", "")}, id="Basic without a name"),
        pytest.param({"X-API-KEY": ""}, id="an empty key"),
        pytest.param({"X-API-KEY": "\u00e9"}, id="not ASCII"),
    ],
)
def test_a_wrong_token_is_refused(guarded: FlaskClient, headers: Headers) -> None:
    refused = guarded.get("/V1/api/status/1", headers=headers)

    assert (refused.status_code, refused.get_json()["title"]) == (401, "WrongToken")


def test_basic_with_a_password_is_no_token(guarded: FlaskClient, token: str) -> None:
    refused = guarded.get("/V1/api/status/1", headers={"Authorization": basic(token, "password")})

    assert refused.status_code == 401


def test_a_job_is_there_only_for_the_token_that_made_it(
    guarded: FlaskClient, context: WorkerContext, mine: Headers, anothers: Headers
) -> None:
    job_id = submitted(guarded, mine)
    ChunkWorker("tests.owner", context).work(burst=True, logging_level="CRITICAL")

    strangers = [guarded.open(path.format(job_id), method=m, headers=anothers) for m, path in ROUTES[1:]]
    picture = guarded.get(f"/V1/api/result/{job_id}.png", headers=mine)

    unknown = guarded.get("/V1/api/status/7", headers=anothers).get_json()["detail"]
    for answer in strangers:
        assert answer.status_code == 404
        assert answer.get_json()["detail"].replace(str(job_id), "7") == unknown
    assert picture.status_code == 200
    assert guarded.delete(f"/V1/api/classify/{job_id}", headers=mine).status_code == 200


def test_a_job_of_nobody_is_there_for_no_token(
    guarded: FlaskClient, client: FlaskClient, mine: Headers
) -> None:
    job_id = submitted(client, {})

    assert guarded.get(f"/V1/api/status/{job_id}", headers=mine).status_code == 404


def test_the_same_idempotency_key_of_two_tokens_makes_two_jobs(
    guarded: FlaskClient, mine: Headers, anothers: Headers
) -> None:
    key = {"Idempotency-Key": "1"}

    jobs = [submitted(guarded, headers | key) for headers in (mine, mine, anothers)]

    assert jobs[0] == jobs[1] != jobs[2]


def test_a_token_without_the_scope_is_refused(guarded: FlaskClient, accounts: Accounts) -> None:
    reader = {"X-API-KEY": accounts.create_token("ana", "", frozenset({Scope.READ}), NOW)}

    refused = [guarded.open(path.format(7), method=method, headers=reader) for method, path in ROUTES]

    assert [answer.status_code for answer in refused] == [403, 404, 404, 404, 404, 403, 403]
    assert refused[0].get_json()["detail"] == (
        "This needs the scope 'classify'; the token has only: read. Use another token."
    )


def test_an_owner_is_kept_when_redis_is_wiped_and_when_a_job_is_tried_again(
    guarded: FlaskClient, services: Services, mine: Headers, anothers: Headers
) -> None:
    job_id = submitted(guarded, mine)
    stored_at = next(services.stores.blobs.folders()).changed_at

    services.stores.redis.flushall()
    reconcile_storage(services.stores, stored_at + 60)
    after_wipe = [guarded.get(f"/V1/api/status/{job_id}", headers=h).status_code for h in (mine, anothers)]
    retry(services.stores, job_id, stored_at + 60)
    after_retry = [guarded.get(f"/V1/api/status/{job_id}", headers=h).status_code for h in (mine, anothers)]

    assert after_wipe == after_retry == [200, 404]


def test_probes_need_no_token(guarded: FlaskClient) -> None:
    assert guarded.get("/V1/api/health").status_code == 200
    assert guarded.get("/V1/api/ready").status_code in {200, 503}


def test_an_open_server_looks_at_no_token(client: FlaskClient) -> None:
    job_id = submitted(client, {"Authorization": "Token nonsense"})

    assert client.get(f"/V1/api/status/{job_id}").status_code == 200


def test_without_its_database_a_guarded_server_says_to_come_back(
    client_of: ClientOf, services: Services, tmp_path: Path
) -> None:
    away = {"v1_require_token": True, "database_url": "sqlite:////nowhere/reef.db"}
    client = client_of(services.settings.model_copy(update=away))

    refused = client.get("/V1/api/status/1", headers={"X-API-KEY": "ck" + "0" * 40})

    assert (refused.status_code, refused.get_json()["title"]) == (503, "DatabaseDown")
    assert int(refused.headers["Retry-After"]) > 0
