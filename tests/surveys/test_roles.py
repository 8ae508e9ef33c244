"""Test what the members of a survey may do, and what the audit log says of it, in both databases."""

import json
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from coralchunk.accounts import Accounts
from coralchunk.cli.audit import audit
from coralchunk.config import Settings
from coralchunk.errors.access import DatabaseDown
from coralchunk.identity import Scope
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.services import Services
from coralchunk.storage.sql.database import open_database
from tests.hashing import QUICK_HASHER
from tests.surveys.classified import classified, while_a_worker_runs

Headers = dict[str, str]
FIELDS = {"name": "Flynn", "date": "2024-03-09", "keeps_photos": True}
NOW = 1.9e9


@pytest.fixture
def settings(services: Services, database_url: str) -> Settings:
    return services.settings.model_copy(update={"v1_require_token": True, "database_url": database_url})


@pytest.fixture
def accounts(settings: Settings) -> Iterator[Accounts]:
    settings.data_dir.mkdir(parents=True)
    database = open_database(settings.database_url, settings.data_dir)
    yield Accounts(database, QUICK_HASHER)
    database.close()


@pytest.fixture
def client(
    client_of: Callable[[Settings], FlaskClient], settings: Settings, accounts: Accounts
) -> FlaskClient:
    return client_of(settings)


@pytest.fixture
def people(accounts: Accounts) -> dict[str, Headers]:
    """A token for everything of each user."""
    found = {}
    for name in ("ana", "vera", "nino", "ada", "stranger"):
        accounts.add_user(name, "parrotfish", NOW)
        found[name] = {"X-API-KEY": accounts.create_token(name, "", frozenset(Scope), NOW)}
    return found


@pytest.fixture
def survey(client: FlaskClient, people: dict[str, Headers]) -> str:
    """A survey of ana's with a viewer, an annotator and an admin. Returns its path."""
    made = client.post("/V1/api/surveys", json=FIELDS, headers=people["ana"]).get_json()
    path = f"/V1/api/surveys/{made['survey_id']}"
    for name, role in (("vera", "viewer"), ("nino", "annotator"), ("ada", "admin")):
        set_role = client.put(f"{path}/members/{name}", json={"role": role}, headers=people["ana"])
        assert set_role.status_code == 200
    return path


def test_each_role_may_do_what_it_is_for_and_a_stranger_nothing(
    client: FlaskClient, context: WorkerContext, people: dict[str, Headers], survey: str
) -> None:
    job_id = classified(client, context, people["ana"])
    photo = client.post(f"{survey}/photos", json={"job_id": job_id}, headers=people["ana"]).get_json()
    photos = f"{survey}/photos/{photo['photo_id']}"
    change = {"changes": [{"job_id": job_id, "chunk": 0, "label": "Healthy Coral"}]}
    undo = {"changes": [{"job_id": job_id, "chunk": 0, "label": None}]}
    requests = [
        ("viewer", "GET", survey, None),
        ("viewer", "GET", photos, None),
        ("viewer", "GET", f"{photos}/picture.png", None),
        ("viewer", "GET", f"{survey}/review", None),
        ("viewer", "GET", f"{photos}/chunks/0/view.webp", None),
        ("viewer", "GET", f"{survey}.csv", None),
        ("viewer", "GET", f"{survey}/audit.csv", None),
        ("viewer", "GET", f"{survey}/report.html", None),
        ("viewer", "GET", f"{survey}/coco.json", None),
        ("viewer", "GET", f"{survey}/members", None),
        ("viewer", "GET", f"{survey}/heat-stress", None),
        ("viewer", "POST", f"{survey}/cover", {"photo_ids": [photo["photo_id"]]}),
        ("annotator", "POST", f"{survey}/corrections", change),
        ("annotator", "POST", f"{survey}/corrections", undo),
        ("admin", "PATCH", survey, {"site": "Flynn Reef"}),
        ("admin", "POST", f"{survey}/metadata", {"csv": "photo,depth_m\n"}),
        ("admin", "PUT", f"{survey}/heat-stress", {"file": "date,dhw\n2024-03-09,4.5\n"}),
        ("viewer", "GET", f"{survey}/heat-stress.csv", None),
        ("admin", "POST", f"{survey}/share", None),
        ("admin", "DELETE", f"{survey}/share", None),
        ("admin", "PUT", f"{survey}/members/vera", {"role": "viewer"}),
        ("admin", "DELETE", photos, None),
    ]
    allowed = {"vera": {"viewer"}, "nino": {"viewer", "annotator"}, "ada": {"viewer", "annotator", "admin"}}

    for needed, method, path, body in requests:
        stranger = client.open(path, method=method, json=body, headers=people["stranger"])
        assert stranger.status_code == 404, path
        for name, roles in allowed.items():
            expected = 200 if needed in roles else 403
            needs_worker = expected == 200 and ("/view" in path or "/corrections" in path)
            sent = {"json": body, "headers": people[name]}
            if needs_worker:
                answer = while_a_worker_runs(client, context, method, path, **sent)
            else:
                answer = client.open(path, method=method, **sent)
            assert answer.status_code == expected, (name, method, path, answer.get_data(as_text=True))
            if expected == 403:
                assert f"this needs the role {needed}. Ask an admin" in answer.get_json()["detail"]
            if body in (change, undo) and expected == 200:
                assert answer.get_json() == {"stored": 1, "refused": []}


def test_who_is_invited_finds_the_survey_and_who_leaves_no_longer_does(
    client: FlaskClient, people: dict[str, Headers], survey: str
) -> None:
    roles = {
        name: [one["role"] for one in client.get("/V1/api/surveys", headers=headers).get_json()["surveys"]]
        for name, headers in people.items()
    }
    members = client.get(f"{survey}/members", headers=people["vera"]).get_json()["members"]

    left = client.delete(f"{survey}/members/vera", headers=people["vera"]).status_code
    gone = client.get(survey, headers=people["vera"]).status_code
    refused = {
        name: client.open(
            f"{survey}/members/{member}", method=method, json=body, headers=people["ada"]
        ).status_code
        for name, method, member, body in (
            ("nobody", "PUT", "nobody", {"role": "viewer"}),
            ("owner", "PUT", "ana", {"role": "viewer"}),
            ("owner leaves", "DELETE", "ana", None),
            ("no member", "DELETE", "stranger", None),
            ("no role", "PUT", "nino", {"role": "king"}),
        )
    }

    assert roles == {
        "ana": ["admin"],
        "vera": ["viewer"],
        "nino": ["annotator"],
        "ada": ["admin"],
        "stranger": [],
    }
    assert [(one["name"], one["role"], one["is_owner"]) for one in members] == [
        ("ana", "admin", True),
        ("ada", "admin", False),
        ("nino", "annotator", False),
        ("vera", "viewer", False),
    ]
    assert (left, gone) == (200, 404)
    assert refused == {"nobody": 404, "owner": 422, "owner leaves": 422, "no member": 404, "no role": 400}


def test_the_audit_log_says_who_did_what_to_what_also_when_they_are_deleted(
    client: FlaskClient, people: dict[str, Headers], survey: str, accounts: Accounts, settings: Settings
) -> None:
    client.get(f"{survey}.csv", headers=people["vera"])
    client.patch(survey, json={"site": "Flynn Reef"}, headers=people["ada"])
    accounts.delete("vera", NOW + 5)

    def seen(name: str, query: str = "") -> list[tuple[str | None, str, str]]:
        answer = client.get(f"/V1/api/audit-log?{query}", headers=people[name]).get_json()
        return [(one["user"], one["action"], one["target"]) for one in answer["events"]]

    invited = [("ana", "role-set", f"{who}") for who in ("ada: admin", "nino: annotator", "vera: viewer")]
    of_survey = [("ada", "survey-changed", "site"), ("vera", "export", "survey.csv"), *invited]
    number = survey.rsplit("/", maxsplit=1)[-1]
    assert seen("ada", f"survey_id={number}") == of_survey
    assert seen("ana") == [*of_survey, (None, "token-created", "token 1")]
    assert seen("stranger") == [(None, "token-created", "token 5")]
    first = client.get("/V1/api/audit-log?limit=2", headers=people["ana"]).get_json()
    rest = seen("ana", f"before={first['next']}")
    assert rest == seen("ana")[2:]
    by_viewer = client.get(f"/V1/api/audit-log?survey_id={number}", headers=people["nino"])
    by_stranger = client.get(f"/V1/api/audit-log?survey_id={number}", headers=people["stranger"])
    assert (by_viewer.status_code, by_stranger.status_code) == (403, 404)

    printed = CliRunner().invoke(audit, ["--since", "2001-01-01"], obj=settings)
    told = [json.loads(line) for line in printed.output.splitlines()]
    assert [one["action"] for one in told].count("user-added") == 5
    assert (told[-1]["action"], told[-1]["target"], told[-1]["user_name"]) == ("user-deleted", "vera", None)
    assert CliRunner().invoke(audit, ["--since", "2100-01-01"], obj=settings).output == ""


@pytest.mark.parametrize("change", ["DELETE FROM audit_events", "UPDATE audit_events SET target = ''"])
def test_no_row_of_the_audit_log_can_be_changed_or_removed(
    accounts: Accounts, people: dict[str, Headers], change: str
) -> None:
    with (
        pytest.raises((DatabaseError, DatabaseDown), match="append-only"),
        accounts.database.writing() as connection,
    ):
        connection.execute(text(change))


def test_without_tokens_everybody_is_an_admin_and_nobody_can_be_invited(
    client_of: Callable[[Settings], FlaskClient], settings: Settings, accounts: Accounts
) -> None:
    client = client_of(settings.model_copy(update={"v1_require_token": False}))
    made = client.post("/V1/api/surveys", json=FIELDS).get_json()
    path = f"/V1/api/surveys/{made['survey_id']}"

    invited = client.put(f"{path}/members/ana", json={"role": "viewer"})

    assert made["role"] == client.get(path).get_json()["role"] == "admin"
    assert invited.status_code == 403
    assert "CORALCHUNK_V1_REQUIRE_TOKEN=1" in invited.get_json()["detail"]
    assert client.patch(path, json={"site": "Flynn Reef"}).status_code == 200
    assert client.get("/V1/api/audit-log").status_code == 401
