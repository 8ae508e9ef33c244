"""Test photos that clients send to the object store themselves, with a real S3 server."""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coralchunk.accounts import Accounts
from coralchunk.config import Settings
from coralchunk.identity import Scope
from coralchunk.pipeline.steps.unconfirmed import LIFETIME_S, remove_unconfirmed
from coralchunk.services import Services
from coralchunk.storage.sql.database import open_database
from tests.databases import migrated_sqlite
from tests.hashing import QUICK_HASHER
from tests.hostile.files import BAD
from tests.object_store import ObjectStoreServer
from tests.reef import encoded, jpeg, reef
from tests.server import RunningServer
from tests.waiting import PATIENCE_S

UPLOADS = "/V1/api/presigned-uploads"
PHOTO = jpeg(600, 500, seed=3)
CLEAR_PHOTO = encoded(np.insert(reef(300, 250), 3, np.repeat([0, 255], 150), axis=2), "PNG")
MakeClient = Callable[[Settings], FlaskClient]


@dataclass(frozen=True)
class Folder:
    """A place in a bucket."""

    s3: ObjectStoreServer
    bucket: str
    prefix: str

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def photos(self, name: str) -> list[str]:
        """The keys of the photos in one of the stores of a server."""
        keys = self.s3.keys(self.bucket)
        return [key for key in keys if key.startswith(f"{self.prefix}/{name}/") and key.endswith("/photo")]


def announced(photo: bytes) -> dict[str, Any]:
    return {"size_bytes": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}


def put(upload: dict[str, Any], photo: bytes) -> int:
    return httpx.put(upload["url"], content=photo, headers=upload["headers"], timeout=PATIENCE_S).status_code


@pytest.fixture(scope="module")
def shared_bucket(object_store_server: ObjectStoreServer) -> str:
    """A bucket of all tests here, because creating one takes seconds."""
    return object_store_server.new_bucket()


@pytest.fixture
def folder(s3: ObjectStoreServer, shared_bucket: str) -> Folder:
    """A new prefix in the bucket."""
    return Folder(s3, shared_bucket, secrets.token_hex(4))


@pytest.fixture
def settings(folder: Folder, redis_url: str, tmp_path: Path, services: Services) -> Settings:
    """Of a web process; `services` has emptied its Redis."""
    return Settings(storage_url=folder.url, presigned=True, redis_url=redis_url, data_dir=tmp_path / "data")


@pytest.fixture
def accounts(settings: Settings) -> Iterator[Accounts]:
    settings.data_dir.mkdir(parents=True)
    (settings.data_dir / "coralchunk.db").write_bytes(migrated_sqlite())
    database = open_database(settings.database_url, settings.data_dir)
    accounts = Accounts(database, QUICK_HASHER)
    accounts.add_user("ana", "parrotfish", time.time())
    yield accounts
    database.close()


@pytest.fixture
def web(client_of: MakeClient, settings: Settings) -> FlaskClient:
    """A web process without workers: jobs are queued, and stay so."""
    return client_of(settings)


def sent(web: FlaskClient, photo: bytes) -> dict[str, Any]:
    """Announce a photo and send it to the store. Returns the upload."""
    upload = web.post(UPLOADS, json=announced(photo)).json
    assert upload is not None
    assert put(upload, photo) == 200
    return upload


def title(answer: TestResponse) -> tuple[int, str]:
    assert answer.json is not None
    return answer.status_code, answer.json["title"]


def test_a_photo_in_the_store_is_classified_and_its_picture_is_read_from_the_store(
    own_server: Callable[..., RunningServer], folder: Folder
) -> None:
    public = folder.s3.url.replace("127.0.0.1", "localhost")
    running = own_server(
        STORAGE_URL=folder.url, PRESIGNED="1", STORAGE_PUBLIC_URL=public, WORKERS="1", WEB_WORKERS="1"
    )
    client = running.client
    plain = running.completed(running.submit(PHOTO))

    upload = client.post(UPLOADS, json=announced(PHOTO)).json()
    assert upload["url"].startswith(f"{public}/{folder.bucket}/{folder.prefix}/incoming/")
    assert put(upload, PHOTO) == 200
    with ThreadPoolExecutor(4) as phones:
        confirmed = list(phones.map(lambda _: client.post(upload["confirm_url"]).json(), range(4)))
    job_id = confirmed[0]["job_id"]
    answer = running.completed(job_id)
    redirected = client.get(f"/V1/api/result/{job_id}.png?presigned=1")
    picture = httpx.get(redirected.headers["Location"], timeout=PATIENCE_S)
    preview = client.get(f"/V1/api/result/{job_id}.jpg?presigned=1", follow_redirects=True)
    transparent = running.submit(CLEAR_PHOTO)
    running.completed(transparent)
    clear = client.get(f"/V1/api/result/{transparent}.jpg?presigned=1", follow_redirects=True)

    assert confirmed == [{"job_id": job_id}] * 4
    assert answer["chunks"] == plain["chunks"]
    assert folder.photos("incoming") == []
    assert redirected.status_code == 302
    assert redirected.headers["Cache-Control"] == "private, no-store"
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.content == client.get(f"/V1/api/result/{job_id}.png").content
    assert [one.headers["Content-Type"] for one in (preview, clear)] == ["image/jpeg", "image/webp"]
    assert clear.history[0].status_code == 302
    assert preview.content == client.get(f"/V1/api/result/{job_id}.jpg").content
    assert client.post(upload["confirm_url"]).json() == {"job_id": job_id}


def test_the_store_takes_no_other_content_than_was_announced(web: FlaskClient) -> None:
    upload = web.post(UPLOADS, json=announced(PHOTO)).json
    assert upload is not None

    longer, other = put(upload, PHOTO + b"\0"), put(upload, b"\0" + PHOTO[1:])

    assert (longer, other) == (403, 400)
    assert title(web.post(upload["confirm_url"])) == (409, "NotUploaded")


@pytest.mark.parametrize("content", [b"\0" * len(PHOTO), PHOTO + b"\0"], ids=["same size", "other size"])
def test_a_photo_that_was_replaced_in_the_store_is_refused(
    web: FlaskClient, folder: Folder, content: bytes
) -> None:
    upload = sent(web, PHOTO)
    (key,) = folder.photos("incoming")
    with folder.s3.operator() as operator:
        operator.put_object(Bucket=folder.bucket, Key=key, Body=content)

    refused = web.post(upload["confirm_url"])

    assert title(refused) == (422, "OtherContent")
    assert folder.photos("incoming") + folder.photos("jobs") == []


def test_hostile_files_in_the_store_are_refused_as_at_an_upload_and_removed(
    web: FlaskClient, folder: Folder
) -> None:
    named = {name: BAD[name]() for name in ("SVG", "a ZIP", "a PNG of no pixels", "a GIF of 65535 x 65535")}
    named["a photo"] = jpeg(300, 200)

    for case, content in named.items():
        direct = web.post("/V1/api/classify", data=content, content_type="application/octet-stream")
        confirmed = web.post(sent(web, content)["confirm_url"])

        assert (confirmed.status_code == 200) == (direct.status_code == 200), case
        if confirmed.status_code != 200:
            assert title(confirmed) == title(direct)
    assert folder.photos("incoming") == []


def test_too_large_photos_are_refused_before_they_are_sent(client_of: MakeClient, settings: Settings) -> None:
    web = client_of(settings.model_copy(update={"max_upload_mb": 1}))

    refused = web.post(UPLOADS, json=announced(PHOTO) | {"size_bytes": 1_000_001})

    assert title(refused) == (413, "TooManyBytes")


def test_an_announcement_of_another_form_is_refused(web: FlaskClient) -> None:
    for wrong in ({"size_bytes": 0}, {"sha256": "AB" * 32}, {"batch": "a\nb"}, {"url": ""}):
        assert title(web.post(UPLOADS, json=announced(PHOTO) | wrong)) == (400, "BadBody"), wrong


def test_a_confirmation_that_a_full_queue_refused_succeeds_later(
    client_of: MakeClient, settings: Settings
) -> None:
    web = client_of(settings.model_copy(update={"max_queued_chunks": 3}))
    upload = sent(web, PHOTO)
    first = web.post("/V1/api/classify", data=jpeg(700, 300), content_type="image/jpeg").json
    assert first is not None

    full = web.post(upload["confirm_url"])
    early = web.post(UPLOADS, json=announced(PHOTO))
    web.delete(f"/V1/api/classify/{first['job_id']}")
    later = web.post(upload["confirm_url"])

    assert title(full) == title(early) == (429, "QueueFull")
    assert int(full.headers["Retry-After"]) > 0
    assert later.status_code == 200


def test_the_same_photo_with_the_same_key_is_the_same_job_on_either_way(web: FlaskClient) -> None:
    key = {"Idempotency-Key": "dive-7"}
    direct = web.post("/V1/api/classify", data=PHOTO, content_type="image/jpeg", headers=key)
    same, other = sent(web, PHOTO), sent(web, jpeg(300, 200))

    assert web.post(same["confirm_url"], headers=key).json == direct.json
    assert title(web.post(other["confirm_url"], headers=key)) == (422, "KeyUsedBefore")


def test_an_upload_belongs_to_its_token_and_keeps_its_batch(
    client_of: MakeClient, settings: Settings, accounts: Accounts
) -> None:
    web = client_of(settings.model_copy(update={"v1_require_token": True}))
    tokens = [accounts.create_token("ana", "", frozenset(Scope), time.time()) for _ in range(2)]
    heads = [{"Authorization": f"Bearer {token}"} for token in tokens]
    upload = web.post(UPLOADS, json=announced(PHOTO) | {"batch": "dive 7"}, headers=heads[0]).json
    assert upload is not None
    put(upload, PHOTO)

    unnamed = web.post(UPLOADS, json=announced(PHOTO))
    stranger = web.post(upload["confirm_url"], headers=heads[1])
    owner = web.post(upload["confirm_url"], headers=heads[0])
    listed = web.get("/V1/api/jobs?batch=dive+7", headers=heads[0]).json

    assert title(unnamed) == (401, "NoToken")
    assert title(stranger) == (404, "UnknownPresignedUpload")
    assert listed is not None
    assert owner.json == {"job_id": listed["jobs"][0]["job_id"]}


def test_photos_that_nobody_confirms_are_removed(web: FlaskClient, folder: Folder) -> None:
    sent(web, PHOTO)
    stores = web.application.extensions["coralchunk"].stores

    early = remove_unconfirmed(stores, time.time() + LIFETIME_S)
    late = remove_unconfirmed(stores, time.time() + 2 * LIFETIME_S + 60)

    assert (early, late) == (0, 1)
    assert folder.photos("incoming") == []


def test_a_server_that_signs_nothing_says_so_and_sends_pictures_itself(server: RunningServer) -> None:
    job_id = server.submit(PHOTO)
    server.completed(job_id)

    refused = server.client.post(UPLOADS, json=announced(PHOTO))
    picture = server.client.get(f"/V1/api/result/{job_id}.png?presigned=1")
    unknown = server.client.get(f"/V1/api/result/{job_id}.png?presigned=yes")

    assert (refused.status_code, refused.json()["title"]) == (403, "PresignedOff")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert (unknown.status_code, unknown.json()["title"]) == (400, "BadChoice")
