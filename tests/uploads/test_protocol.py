"""Test what tus 1.0 and its extensions require of a server."""

import base64
import hashlib
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from coralchunk.config import Settings
from coralchunk.errors import QueueFull
from coralchunk.pipeline.steps.submit import Sender
from coralchunk.pipeline.stores import Stores
from coralchunk.services import Services
from coralchunk.storage.objects.places import open_named_store
from coralchunk.uploads.parts import UploadParts
from coralchunk.uploads.service import ResumableUploads
from coralchunk.uploads.sweep import sweep_uploads
from coralchunk.uploads.upload import UploadInfo
from tests.reef import jpeg

PHOTO = jpeg(300, 300)
TUS = {"Tus-Resumable": "1.0.0"}
CONTENT = {"Content-Type": "application/offset+octet-stream"}


def begin(client: FlaskClient, length: int = len(PHOTO), **headers: str) -> str:
    answer = client.post("/V1/api/uploads", headers=TUS | {"Upload-Length": str(length)} | headers)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def send(client: FlaskClient, url: str, offset: int, content: bytes, **headers: str) -> TestResponse:
    stated = TUS | CONTENT | {"Upload-Offset": str(offset)} | headers
    return client.patch(url, data=content, headers=stated)


def checksum(content: bytes, algorithm: str = "sha1") -> dict[str, str]:
    digest = hashlib.new(algorithm, content).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


def test_the_server_tells_what_it_can_do(client: FlaskClient) -> None:
    answer = client.options("/V1/api/uploads")

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,termination,checksum,expiration"
    assert answer.headers["Tus-Max-Size"] == "64000000"
    assert answer.headers["Tus-Checksum-Algorithm"].split(",")[0] == "sha1"


def test_an_upload_says_how_far_it_is_until_it_is_a_job(client: FlaskClient) -> None:
    url = begin(client)

    head = client.head(url, headers=TUS)
    first = send(client, url, 0, PHOTO[:1000])
    last = send(client, url, 1000, PHOTO[1000:], **checksum(PHOTO[1000:], "sha256"))

    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("0", str(len(PHOTO)))
    assert head.headers["Cache-Control"] == "no-store"
    assert head.headers["Upload-Expires"].endswith("GMT")
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "1000")
    assert "Upload-Job-Id" not in first.headers
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(PHOTO)))
    job_id = int(last.headers["Upload-Job-Id"])
    assert client.get(f"/V1/api/status/{job_id}").json["status"] == "queued"
    assert client.get(url, headers=TUS).json["job_id"] == job_id
    assert send(client, url, len(PHOTO), b"").headers["Upload-Job-Id"] == str(job_id)


def test_a_small_photo_needs_one_request(client: FlaskClient) -> None:
    answer = client.post(
        "/V1/api/uploads", data=PHOTO, headers=TUS | CONTENT | {"Upload-Length": str(len(PHOTO))}
    )

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(PHOTO)))
    assert int(answer.headers["Upload-Job-Id"]) > 0


def test_a_removed_upload_is_gone(client: FlaskClient, services: Services) -> None:
    url = begin(client)
    send(client, url, 0, PHOTO[:1000])

    removed = client.post(url, headers=TUS | {"X-HTTP-Method-Override": "DELETE"})

    assert removed.status_code == 204
    assert client.head(url, headers=TUS).status_code == 404
    assert list(open_named_store(services.settings, "uploads").folders()) == []


@pytest.mark.parametrize(
    ("headers", "status", "title"),
    [
        pytest.param({"Upload-Offset": "5"}, 409, "WrongOffset", id="another offset"),
        pytest.param({"Upload-Offset": "-1"}, 400, "BadUploadHeader", id="negative offset"),
        pytest.param({"Content-Type": "image/jpeg"}, 415, "NoUploadContent", id="another content type"),
        pytest.param({"Tus-Resumable": "0.2.2"}, 412, "OtherTusVersion", id="another version"),
        pytest.param(checksum(b"other"), 460, "WrongChecksum", id="another checksum"),
        pytest.param({"Upload-Checksum": "crc32 AAAA"}, 400, "BadUploadHeader", id="unknown algorithm"),
    ],
)
def test_a_wrong_request_changes_nothing(
    client: FlaskClient, headers: dict[str, str], status: int, title: str
) -> None:
    url = begin(client)

    answer = send(client, url, 0, PHOTO[:500], **headers)

    assert (answer.status_code, answer.json["title"]) == (status, title)
    assert client.head(url, headers=TUS).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 400, id="no length"),
        pytest.param({"Upload-Length": "0"}, 400, id="nothing to send"),
        pytest.param({"Upload-Length": "64000001"}, 413, id="too large"),
        pytest.param({"Upload-Length": "9", "Upload-Metadata": "batch ???"}, 400, id="bad metadata"),
        pytest.param({"Upload-Length": "9", "Upload-Metadata": "model bm9uZQ=="}, 400, id="unknown model"),
    ],
)
def test_an_upload_that_cannot_end_does_not_begin(
    client: FlaskClient, services: Services, headers: dict[str, str], status: int
) -> None:
    assert client.post("/V1/api/uploads", headers=TUS | headers).status_code == status
    assert list(open_named_store(services.settings, "uploads").folders()) == []


def test_more_bytes_than_announced_are_refused(client: FlaskClient) -> None:
    url = begin(client, 100)

    assert send(client, url, 0, PHOTO[:101]).status_code == 400
    assert client.head(url, headers=TUS).headers["Upload-Offset"] == "0"


def test_the_last_bytes_are_asked_for_again_after_the_queue_was_full(
    client_of: Callable[[Settings], FlaskClient], services: Services
) -> None:
    photo = jpeg(1220, 976)
    url = begin(client := client_of(services.settings), len(photo))
    narrow = client_of(services.settings.model_copy(update={"max_queued_chunks": 5}))

    assert client.post("/V1/api/classify", data=photo, content_type="image/jpeg").status_code == 200

    refused = send(narrow, url, 0, photo)

    assert (refused.status_code, refused.json["title"]) == (429, QueueFull.__name__)
    at = int(client.head(url, headers=TUS).headers["Upload-Offset"])
    assert at < len(photo)
    assert "Upload-Job-Id" in send(client, url, at, photo[at:]).headers


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(cuts=st.lists(st.integers(0, 3_000_000), max_size=4), seed=st.integers(0, 9))
def test_any_pieces_are_put_together_again(
    storage_url: str, stores: Stores, cuts: list[int], seed: int
) -> None:
    if storage_url.startswith("s3") and seed > 3:
        return
    chosen = stores.settings.model_copy(update={"storage_url": storage_url})
    parts = UploadParts(open_named_store(chosen, "uploads"))
    uploads = ResumableUploads(parts, stores)
    photo = bytes([seed]) * 3_000_000
    upload = uploads.begin(len(photo) + 1, Sender("here"), now=1.0)

    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(photo)], strict=True):
        upload = uploads.append(upload, start, reader(photo[start:end]), None, "here")
        assert uploads.find(upload.upload_id, None, now=2.0).offset == end

    joined = reader(b"")
    parts.copy_to(upload.upload_id, len(photo), joined)
    assert joined.getvalue() == photo


def reader(content: bytes) -> BytesIO:
    return BytesIO(content)


def test_expired_and_abandoned_uploads_are_swept(storage_url: str) -> None:
    chosen = Settings(storage_url=storage_url)
    store = open_named_store(chosen, "uploads")
    parts = UploadParts(store)
    info = UploadInfo(9, 0.0, None, "", "", "")
    parts.write_info("a" * 32, info)
    parts.write("a" * 32, 0, b"1234")
    parts.write("b" * 32, 0, b"left")
    (changed_at, *_) = (folder.changed_at for folder in store.folders())

    assert sweep_uploads(chosen, changed_at + 3000) == 0
    assert sweep_uploads(chosen, changed_at + 4000) == 1
    assert sweep_uploads(chosen, changed_at + 90_000) == 1
    assert list(store.folders()) == []
