"""Test the Python client in clients/python against a running server, also over a connection that breaks."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import httpx
import pytest
from coralchunk_client import Client, JobFailed, NotFinished, Refused, Unreachable, table

from tests.docs.test_examples import ROOT
from tests.reef import jpeg
from tests.server import RunningServer, free_port

FAILED: Final = (ROOT / "templates/docs/examples/error.json").read_bytes()
REEF: Final = jpeg(976, 732, seed=7)


class _Proxy(ThreadingHTTPServer):
    def __init__(self, target: str, faults: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.faults = faults


class _Handler(BaseHTTPRequestHandler):
    server: _Proxy

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.server.faults.pop() if self.server.faults else None
        if fault == "busy":
            self._answer(503, b'{"detail": "Come back later."}')
        elif fault == "failed":
            self._answer(200, FAILED)
        else:
            answer = self._pass_on(body)
            if fault == "lost":
                self.close_connection = True
            else:
                self._answer(answer.status_code, answer.content)

    def do_POST(self) -> None:
        self.do_GET()

    def _pass_on(self, body: bytes) -> httpx.Response:
        passed = {"Content-Type", "Idempotency-Key", "Authorization"} & set(self.headers)
        headers = {name: self.headers[name] for name in passed}
        return httpx.request(
            self.command, self.server.target + self.path, content=body, headers=headers, timeout=60
        )

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class Fault:
    """A proxy whose first answers are lost, or say that the server is busy or that a job failed."""

    def __init__(self, server: RunningServer, kind: str, times: int = 1) -> None:
        self._proxy = _Proxy(str(server.client.base_url).rstrip("/"), [kind] * times)
        self._thread = Thread(target=self._proxy.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._proxy.server_port}"

    def close(self) -> None:
        self._proxy.shutdown()
        self._thread.join()
        self._proxy.server_close()


@pytest.fixture
def faulty(server: RunningServer) -> Iterator[Callable[..., Fault]]:
    made: list[Fault] = []

    def make(kind: str, times: int = 1) -> Fault:
        made.append(Fault(server, kind, times))
        return made[-1]

    yield make
    for fault in made:
        fault.close()


@pytest.fixture
def client(server: RunningServer, server_token: str) -> Iterator[Client]:
    with Client(str(server.client.base_url), server_token) as client:
        yield client


def test_a_photo_is_classified_and_its_result_is_the_servers(client: Client, server: RunningServer) -> None:
    result = client.classify(REEF)

    status = server.completed(result.job_id)
    assert result.raw["summary"] == status["summary"]
    assert (result.image_width, result.image_height, len(result.chunks)) == (976, 732, 12)
    assert result.summary.total_chunks == 12
    assert result.summary.model.startswith("coralchunk-lite0-")
    assert [chunk.bleached for chunk in result.chunks] == [
        chunk["probabilities"]["bleached"] for chunk in status["chunks"]
    ]
    assert client.picture(result.job_id).startswith(b"\x89PNG")
    client.delete(result.job_id)
    with pytest.raises(Refused) as refused:
        client.wait(result.job_id)
    assert refused.value.status == 404


def test_many_photos_become_a_table_with_a_row_for_each(client: Client, tmp_path: Path) -> None:
    photos = [tmp_path / name for name in ("a.jpg", "b.jpg", "note.txt", "gone.jpg")]
    for seed, photo in enumerate(photos[:2]):
        photo.write_bytes(jpeg(500, 300, seed=seed))
    photos[2].write_text("not a photo")

    outcomes = client.classify_many(photos, batch="one dive", progress=True)
    rows = table(outcomes)

    assert list(rows["photo"]) == ["a.jpg", "b.jpg", "note.txt", "gone.jpg"]
    assert list(rows["error"].isna()) == [True, True, False, False]
    assert "not a photo" in rows["error"][2]
    assert list(rows["total_chunks"][:2]) == [6, 6]
    listed = {job["job_id"] for job in client.jobs(batch="one dive")}
    assert listed == {int(number) for number in rows["job_id"][:2]}
    (first, *_) = outcomes
    assert first.result is not None
    assert list(first.result.table()["x"]) == [chunk.x for chunk in first.result.chunks]


@pytest.mark.parametrize("kind", ["lost", "busy"])
def test_an_upload_whose_answer_is_lost_or_refused_for_now_becomes_one_job(
    server_token: str, faulty: Callable[..., Fault], kind: str
) -> None:
    with Client(faulty(kind, times=2).url, server_token) as client:
        result = client.classify(jpeg(300, 300, seed=3), batch=kind)
        listed = [job["job_id"] for job in client.jobs(batch=kind)]

    assert listed == [result.job_id]


def test_a_server_that_is_away_is_unreachable_after_a_while() -> None:
    with (
        Client(f"http://127.0.0.1:{free_port()}", patience_s=0.6) as client,
        pytest.raises(Unreachable, match="does not answer"),
    ):
        client.submit(REEF)


def test_a_server_that_stays_busy_says_so(faulty: Callable[..., Fault]) -> None:
    with (
        Client(faulty("busy", times=1000).url, patience_s=0.2) as client,
        pytest.raises(Unreachable, match="Come back later"),
    ):
        client.submit(REEF)


def test_a_wait_ends_with_its_timeout_and_can_go_on(client: Client, server: RunningServer) -> None:
    with server.workers_halted():
        job_id = client.submit(jpeg(300, 300, seed=4))
        with pytest.raises(NotFinished, match=str(job_id)):
            client.wait(job_id, timeout_s=0)

    assert client.wait(job_id).job_id == job_id


def test_a_wrong_token_is_refused_in_the_servers_words(server: RunningServer) -> None:
    with Client(str(server.client.base_url), "ck" + "0" * 40) as client, pytest.raises(Refused) as refused:
        list(client.jobs())

    assert refused.value.status == 401
    assert "token" in str(refused.value)


def test_a_failed_job_is_an_error_with_the_reason(faulty: Callable[..., Fault]) -> None:
    with Client(faulty("failed").url) as client, pytest.raises(JobFailed) as failed:
        client.wait(7)

    assert failed.value.job_id == 7
    assert str(failed.value) == json.loads(FAILED)["error"]
