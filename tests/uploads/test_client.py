"""Test resumable uploads with tuspy, the official client of the tus protocol for Python."""

import signal
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from tusclient import client as tus
from tusclient.exceptions import TusCommunicationError
from tusclient.uploader import Uploader

from tests.reef import jpeg
from tests.server import RunningServer
from tests.users import add_user, create_token
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


def photo() -> bytes:
    return jpeg(2400, 1800, seed=7)


def uploader(server: RunningServer, content: bytes | None = None, **options: Any) -> Uploader:
    endpoint = f"http://127.0.0.1:{server.port}/V1/api/uploads"
    return tus.TusClient(endpoint).uploader(
        file_stream=BytesIO(content or photo()), **({"chunk_size": 200_000, "retries": 0} | options)
    )


def job_of(server: RunningServer, upload: Uploader) -> int:
    answer = server.client.get(upload.url, headers={"Tus-Resumable": "1.0.0"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["offset"] == answer.json()["length"] == int(answer.headers["Upload-Length"])
    assert answer.headers["Upload-Job-Id"] == str(answer.json()["job_id"])
    return answer.json()["job_id"]


def test_a_photo_in_pieces_gets_the_same_result_as_in_one_request(server: RunningServer) -> None:
    upload = uploader(server, metadata={"filename": "reef.jpg", "batch": "Dive 3"}, upload_checksum=True)

    upload.upload()

    resumed = server.completed(job_of(server, upload))
    whole = server.completed(server.submit(photo()))
    assert len(photo()) > 2 * 200_000
    assert resumed["summary"] == whole["summary"]


def test_an_upload_resumes_in_the_middle_after_the_web_was_killed(
    own_server: Callable[..., RunningServer],
) -> None:
    own = own_server(WORKERS="1", WEB_WORKERS="1", V1_REQUIRE_TOKEN="1")  # noqa: S106
    add_user(own, "reef")
    token, other = (create_token(own, "reef") for _ in range(2))
    with pytest.raises(TusCommunicationError):
        uploader(own).create_url()
    endpoint, headers = f"http://127.0.0.1:{own.port}/V1/api/uploads", {"Authorization": f"Token {token}"}
    client = tus.TusClient(endpoint, headers=headers)
    upload = client.uploader(file_stream=BytesIO(photo()), chunk_size=200_000)
    upload.upload_chunk()
    upload.upload_chunk()

    killed = own.processes("gunicorn")
    for process in killed:
        process.send(signal.SIGKILL)
    wait_for(lambda: not {web.pid for web in killed} & set(own.pids("gunicorn")), "the end of the web")
    wait_for(own.is_ready, "another web process")
    again = client.uploader(file_stream=BytesIO(photo()), chunk_size=200_000, url=upload.url)
    assert again.offset == 400_000
    again.upload()

    asked = headers | {"Tus-Resumable": "1.0.0"}
    job_id = own.client.get(upload.url, headers=asked).json()["job_id"]
    assert own.client.get(f"/V1/api/status/{job_id}", headers=headers).status_code == 200
    asked["Authorization"] = f"Token {other}"
    assert own.client.get(upload.url, headers=asked).status_code == 404
    kept = [path.name for path in (own.data_dir / "uploads").rglob("*") if path.is_file()]
    assert kept == ["info.json"]


def test_what_arrived_before_a_connection_broke_is_kept(server: RunningServer) -> None:
    upload = uploader(server)
    upload.set_url(upload.create_url())
    begun = 150_000

    with pytest.raises(ConnectionAbortedError):
        server.client.patch(
            upload.url,
            content=broken(photo()[:begun]),
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Offset": "0",
                "Content-Type": "application/offset+octet-stream",
                "Content-Length": str(len(photo())),
            },
        )

    wait_for(lambda: uploader(server, url=upload.url).offset > 0, "the first bytes")
    again = uploader(server, url=upload.url)
    assert 0 < again.offset <= begun
    again.upload()
    server.completed(job_of(server, again))


def broken(start: bytes) -> Any:
    yield start
    raise ConnectionAbortedError


def test_a_file_that_is_no_photo_is_refused_and_its_upload_ends(server: RunningServer) -> None:
    upload = uploader(server, b"not a photo" * 30_000)

    with pytest.raises(TusCommunicationError) as refused:
        upload.upload()

    assert refused.value.status_code == 422
    assert b"This file is not a photo" in refused.value.response_content
    assert server.client.head(upload.url, headers={"Tus-Resumable": "1.0.0"}).status_code == 404


def test_the_job_is_the_same_after_a_lost_answer(server: RunningServer) -> None:
    headers = {"Idempotency-Key": "once-only"}
    endpoint = f"http://127.0.0.1:{server.port}/V1/api/uploads"
    client = tus.TusClient(endpoint, headers=headers)

    ids = set()
    for _ in range(2):
        upload = client.uploader(file_stream=BytesIO(photo()), chunk_size=1_000_000)
        upload.upload()
        ids.add(job_of(server, upload))
    whole = server.client.post("/V1/api/classify", files={"image": photo()}, headers=headers)

    assert ids == {whole.json()["job_id"]}
