"""Test surveys and corrections when tokens are required, in both databases."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from coralchunk.accounts import Accounts
from coralchunk.cli.accounts import delete_user
from coralchunk.config import Settings
from coralchunk.identity import Scope
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.services import Services
from coralchunk.storage.sql.database import open_database
from coralchunk.surveys.sweep import sweep_evidence
from tests.hashing import QUICK_HASHER
from tests.surveys.classified import classified

Headers = dict[str, str]
FIELDS = {"name": "Flynn", "date": "2024-03-09"}


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
def token_of(accounts: Accounts) -> Callable[..., Headers]:
    """Makes tokens of users, who are added when they are first named."""
    known: set[str] = set()

    def make(user: str, *scopes: Scope) -> Headers:
        if user not in known:
            known.add(user)
            accounts.add_user(user, "parrotfish", 1.9e9)
        return {"X-API-KEY": accounts.create_token(user, "", frozenset(scopes or Scope), 1.9e9)}

    return make


def test_a_deleted_user_leaves_no_kept_photo(
    client: FlaskClient,
    context: WorkerContext,
    token_of: Callable[..., Headers],
    settings: Settings,
) -> None:
    folders = []
    for user in ("ana", "ben"):
        headers = token_of(user)
        made = client.post(
            "/V1/api/surveys", json=FIELDS | {"keeps_photos": True}, headers=headers
        ).get_json()
        job_id = classified(client, context, headers)
        client.post(f"/V1/api/surveys/{made['survey_id']}/photos", json={"job_id": job_id}, headers=headers)
        folders.append(f"{made['survey_id']}-{job_id}")
    kept = settings.data_dir / "surveys"
    assert sorted(folder.name for folder in kept.iterdir()) == sorted(folders)

    deleted = CliRunner().invoke(delete_user, ["ana", "--yes"], obj=settings)

    assert deleted.output == "Deleted ana.\n"
    assert [folder.name for folder in kept.iterdir()] == folders[1:]


def test_what_was_kept_for_a_photo_that_is_in_no_survey_is_removed_after_an_hour(
    client: FlaskClient, token_of: Callable[..., Headers], settings: Settings
) -> None:
    survey_id = client.post("/V1/api/surveys", json=FIELDS, headers=token_of("ana")).get_json()["survey_id"]
    kept = settings.data_dir / "surveys" / f"{survey_id}-7"
    kept.mkdir(parents=True)
    changed_at = kept.stat().st_mtime

    removed = [sweep_evidence(settings, changed_at + seconds) for seconds in (3590, 3610)]

    assert removed == [0, 1]
    assert not kept.exists()


def test_a_survey_is_there_for_its_user_and_nobody_else(
    client: FlaskClient, context: WorkerContext, token_of: Callable[..., Headers]
) -> None:
    ana, anas_other, ben = token_of("ana"), token_of("ana"), token_of("ben")
    made = client.post("/V1/api/surveys", json=FIELDS, headers=ana).get_json()
    path, photos = f"/V1/api/surveys/{made['survey_id']}", f"/V1/api/surveys/{made['survey_id']}/photos"
    job_id = classified(client, context, ana)

    photo = client.post(photos, json={"job_id": job_id}, headers=ana).get_json()["photo_id"]
    again = client.post(photos, json={"job_id": job_id}, headers=anas_other).status_code
    strangers = [
        client.open(place, method=method, headers=ben, json=body).status_code
        for method, place, body in (
            ("GET", path, None),
            ("PATCH", path, {}),
            ("DELETE", path, None),
            ("POST", photos, {"job_id": job_id}),
            ("GET", f"{photos}/{photo}", None),
            ("DELETE", f"{photos}/{photo}", None),
            ("GET", f"{path}.csv", None),
            ("GET", f"{path}.geojson", None),
            ("GET", f"{path}/dwca.zip", None),
            ("POST", f"{path}/share", None),
            ("DELETE", f"{path}/share", None),
        )
    ]
    lists = [
        [one["survey_id"] for one in client.get(url, headers=who).get_json()["surveys"]]
        for who in (ana, anas_other, ben)
        for url in ("/V1/api/surveys", f"/V1/api/surveys?id={made['survey_id']}")
    ]

    assert again == 200
    assert strangers == [404] * 11
    assert lists == [[made["survey_id"]]] * 4 + [[]] * 2
    assert client.get(path, headers=anas_other).get_json()["photo_count"] == 1
    assert client.delete(path, headers=ana).status_code == 200
    assert client.get(path, headers=ana).status_code == 404


def test_anothers_job_cannot_be_put_into_a_survey_or_corrected(
    client: FlaskClient, context: WorkerContext, token_of: Callable[..., Headers]
) -> None:
    ana, ben = token_of("ana"), token_of("ben")
    job_id = classified(client, context, ana)
    survey = client.post("/V1/api/surveys", json=FIELDS, headers=ben).get_json()["survey_id"]

    put = client.post(f"/V1/api/surveys/{survey}/photos", json={"job_id": job_id}, headers=ben)
    corrected = client.put(
        f"/V1/api/classify/{job_id}/chunks/0/correction", json={"label": "Unsure"}, headers=ben
    )
    listed = client.get(f"/V1/api/classify/{job_id}/corrections", headers=ben)

    assert [answer.status_code for answer in (put, corrected, listed)] == [404, 404, 404]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/V1/api/surveys"),
        ("PATCH", "/V1/api/surveys/1"),
        ("DELETE", "/V1/api/surveys/1"),
        ("POST", "/V1/api/surveys/1/photos"),
        ("PUT", "/V1/api/classify/1/chunks/0/correction"),
        ("DELETE", "/V1/api/classify/1/chunks/0/correction"),
    ],
)
def test_who_may_only_read_changes_nothing(
    client: FlaskClient, token_of: Callable[..., Headers], method: str, path: str
) -> None:
    refused = client.open(path, method=method, headers=token_of("ana", Scope.READ), json=FIELDS)
    without = client.open(path, method=method, json=FIELDS)

    assert (refused.status_code, without.status_code) == (403, 401)


@pytest.mark.parametrize("number", [0, 2**31, 2**53, 2**63, 10**40])
def test_no_number_is_too_large_to_be_unknown(
    client: FlaskClient, token_of: Callable[..., Headers], number: int
) -> None:
    ana = token_of("ana")
    survey = client.post("/V1/api/surveys", json=FIELDS, headers=ana).get_json()["survey_id"]

    for path in (f"/V1/api/surveys/{number}", f"/V1/api/surveys/{survey}/photos/{number}"):
        assert client.get(path, headers=ana).status_code == 404
        assert client.delete(path, headers=ana).status_code == 404
    for path in (f"{number}/corrections", f"{number}/chunks/{number}/correction"):
        assert client.delete(f"/V1/api/classify/{path}", headers=ana).status_code in {404, 405}
