"""Test what clients are told while something is missing: Redis, disk space, time, workers."""

import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

import httpx
import pytest
from redis import Redis

from coralchunk.supervisor.redis_server import RedisServer
from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

OwnServer = Callable[..., RunningServer]


def upload(server: RunningServer, photo: bytes, **headers: str) -> httpx.Response:
    return server.client.post("/V1/api/classify", files={"image": photo}, headers=headers)


def folders(server: RunningServer) -> list[Path]:
    jobs = server.data_dir / "jobs"
    return [path for path in jobs.iterdir() if path.is_dir()] if jobs.exists() else []


def is_told_to_return(answer: httpx.Response, status: int, title: str, longest_s: int = 3600) -> None:
    assert answer.status_code == status, answer.text
    assert answer.json()["title"] == title
    assert 1 <= int(answer.headers["Retry-After"]) <= longest_s


def test_while_redis_does_not_answer_uploads_are_refused_and_then_all_heals(
    disturbed_server: RunningServer,
) -> None:
    redis, before = disturbed_server.redis(), folders(disturbed_server)

    redis.send(SIGSTOP)
    began = time.monotonic()
    refused = upload(disturbed_server, jpeg(300, 200))
    took_s = time.monotonic() - began
    ready, health = (disturbed_server.client.get(f"/V1/api/{probe}") for probe in ("ready", "health"))
    redis.send(SIGCONT)

    is_told_to_return(refused, 503, "QueueDown")
    assert took_s < 20  # promised: 2 s on a machine that is not busy
    assert (ready.status_code, health.status_code) == (503, 200)
    assert ready.json()["redis"]["ok"] is False
    assert set(folders(disturbed_server)) == set(before)
    wait_for(disturbed_server.is_ready, "the server being ready again")
    assert disturbed_server.completed(disturbed_server.submit(jpeg(300, 200)))["total_chunks"] == 2


def test_a_server_that_is_told_to_stop_refuses_new_photos_while_it_ends_what_it_began(
    disturbed_server: RunningServer,
) -> None:
    job_id = disturbed_server.submit(jpeg(4000, 3000))
    disturbed_server.begun(job_id)

    with disturbed_server.workers_halted(), ThreadPoolExecutor(1) as operator:
        stopped = operator.submit(disturbed_server.stop)
        refused = wait_for(
            lambda: (answer := upload(disturbed_server, jpeg(30, 20))).status_code != 200 and answer,
            "the end of uploads",
        )
        still_told = disturbed_server.status(job_id, "")
        for worker in disturbed_server.workers():
            worker.send(SIGCONT)
        assert stopped.result() == 0

    is_told_to_return(refused, 503, "Stopping")
    assert still_told["status"] == "processing"
    assert disturbed_server.processes() == []
    disturbed_server.start()
    assert disturbed_server.completed(job_id)["progress"] == "221/221"


@contextmanager
def small_disk(place: Path) -> Iterator[None]:
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("this user may not mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)  # noqa: S607


def test_without_room_an_upload_is_refused_and_nothing_of_it_is_kept(
    own_server: OwnServer, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "data"):
        server = own_server(WORKERS="1", WEB_WORKERS="1")
        kept = server.submit(jpeg(300, 200))
        server.completed(kept)
        filler = tmp_path / "data" / "filler"
        with filler.open("wb") as file:
            fill(file.fileno())

        refused = upload(server, jpeg(2000, 1500))
        pids = {process.pid for process in server.processes()}
        filler.unlink()

        is_told_to_return(refused, 507, "StorageFull")
        assert [path.name for path in folders(server)] == [str(kept)]
        wait_for(server.is_ready, "the server being ready again")
        assert server.completed(server.submit(jpeg(300, 200)))["total_chunks"] == 2
        assert {process.pid for process in server.processes()} == pids
        server.stop()


def fill(descriptor: int) -> None:
    for size in (1 << 20, 1 << 12):
        try:
            while True:
                os.write(descriptor, bytes(size))
        except OSError:
            continue


def test_beyond_the_queues_bound_an_upload_is_told_when_to_return(own_server: OwnServer) -> None:
    server = own_server(MAX_QUEUED_CHUNKS="20", WORKERS="1", WEB_WORKERS="1")
    with server.workers_halted():
        first = server.submit(jpeg(1200, 900))
        refused = upload(server, jpeg(1200, 900))

    is_told_to_return(refused, 429, "QueueFull")
    server.completed(first)
    server.completed(server.submit(jpeg(1200, 900)))


def test_a_client_that_uploads_too_often_is_told_when_to_return(own_server: OwnServer) -> None:
    server = own_server(RATE_LIMIT="3/minute", WORKERS="1")

    answers = [upload(server, jpeg(30, 20)) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    is_told_to_return(answers[3], 429, "TooOften", 61)
    assert server.client.get("/V1/api/health").status_code == 200
    assert server.client.get(f"/V1/api/status/{answers[0].json()['job_id']}").status_code == 200


def test_equal_keys_at_the_same_time_make_one_job_and_another_photo_with_the_key_none(
    disturbed_server: RunningServer,
) -> None:
    photo, key, before = jpeg(700, 500), secrets.token_hex(8), folders(disturbed_server)

    with ThreadPoolExecutor(8) as phones:
        answers = list(
            phones.map(lambda _: upload(disturbed_server, photo, **{"Idempotency-Key": key}), range(8))
        )
    other = upload(disturbed_server, jpeg(700, 500, seed=2), **{"Idempotency-Key": key})

    assert {answer.status_code for answer in answers} == {200}
    (job_id,) = {answer.json()["job_id"] for answer in answers}
    assert (other.status_code, other.json()["title"]) == (422, "KeyUsedBefore")
    assert [path.name for path in folders(disturbed_server) if path not in before] == [str(job_id)]
    disturbed_server.completed(job_id)


def test_a_photo_that_kills_its_worker_again_and_again_is_given_up_and_the_others_go_on(
    own_server: OwnServer,
) -> None:
    server = own_server(WORKERS="1", WEB_WORKERS="1")
    redis = Redis.from_url(RedisServer(server.data_dir).url)
    poison = server.submit(jpeg(9000, 6000))

    def given_up() -> bool:
        # Every worker that starts it dies, as from a bug in a decoder.
        if any(str(poison).encode() in key for key in redis.zrange("rq:wip:coralchunk", 0, -1)):
            for worker in server.workers():
                worker.send(SIGKILL)
        return server.status(poison, "")["status"] == "error"

    wait_for(given_up, "the photo being given up")
    redis.close()

    assert "tried 3 times" in server.status(poison, "")["error"]
    assert server.completed(server.submit(jpeg(300, 200)))["total_chunks"] == 2
