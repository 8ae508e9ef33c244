"""Test that no accepted photo is lost when processes die, the power fails, or an operator errs."""

import json
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.reef import jpeg
from tests.server import COMMAND, RunningServer, environment
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow

OwnServer = Callable[..., RunningServer]
CHUNKS = 20 * 15


@pytest.fixture(scope="module")
def photo() -> bytes:
    """17 megapixels: in progress long enough to be disturbed."""
    return jpeg(4800, 3600)


@pytest.fixture(scope="module")
def expected(server: RunningServer, photo: bytes) -> dict[str, Any]:
    """What an undisturbed server says about the photo."""
    return server.completed(server.submit(photo))


def assert_complete(answer: dict[str, Any], expected: dict[str, Any]) -> None:
    assert answer["progress"] == f"{CHUNKS}/{CHUNKS}"
    assert answer["chunks"] == expected["chunks"]
    assert answer["result_image"] == expected["result_image"]


def in_work(own_server: OwnServer, photo: bytes) -> tuple[RunningServer, int]:
    """A server that has classified some chunks of the photo, and the photo's job."""
    server = own_server()
    job_id = server.submit(photo)
    server.begun(job_id)
    return server, job_id


def test_a_photo_is_completed_though_a_worker_is_killed_in_the_middle(
    own_server: OwnServer, photo: bytes, expected: dict[str, Any]
) -> None:
    server, job_id = in_work(own_server, photo)
    before = server.workers()

    before[0].send(signal.SIGKILL)

    assert_complete(server.completed(job_id), expected)
    wait_for(server.is_ready, "two workers being at work again")
    assert before[0].pid not in {worker.pid for worker in server.workers()}


def test_a_photo_is_completed_though_workers_and_what_forks_them_are_killed_again_and_again(
    own_server: OwnServer, photo: bytes, expected: dict[str, Any]
) -> None:
    server = own_server()
    job_id = server.submit(photo)

    for chunks, killed in ((1, " -m jobs"), (80, " -m jobs "), (160, " -m jobs.fork_server ")):
        server.begun(job_id, chunks)
        for process in server.processes(killed):
            process.send(signal.SIGKILL)

    assert_complete(server.completed(job_id), expected)


def test_a_photo_is_completed_though_redis_is_killed_in_the_middle(
    own_server: OwnServer, photo: bytes, expected: dict[str, Any]
) -> None:
    server, job_id = in_work(own_server, photo)
    killed = server.redis()

    killed.send(signal.SIGKILL)

    wait_for(lambda: server.is_ready() and server.redis().pid != killed.pid, "Redis being back")
    assert_complete(server.completed(job_id), expected)


def test_the_server_answers_again_when_its_web_process_was_killed(own_server: OwnServer) -> None:
    server = own_server()
    masters = [process for process in server.processes("gunicorn") if process.parent in server.pids("serve")]

    for master in masters:
        master.send(signal.SIGKILL)

    wait_for(server.is_ready, "the web being back")
    assert len(masters) == 1
    assert server.completed(server.submit(jpeg(300, 300)))["total_chunks"] == 4


def test_a_server_started_after_its_parent_was_killed_completes_the_photo(
    own_server: OwnServer, photo: bytes, expected: dict[str, Any]
) -> None:
    server, job_id = in_work(own_server, photo)
    redis = server.redis()

    server.kill()
    server.start()

    assert server.redis().pid == redis.pid  # adopted, not started again
    assert_complete(server.completed(job_id), expected)
    assert (server.stop(), server.processes()) == (0, [])


def test_a_photo_in_work_when_the_server_is_stopped_is_completed_when_it_is_started_again(
    own_server: OwnServer, photo: bytes, expected: dict[str, Any]
) -> None:
    server, job_id = in_work(own_server, photo)

    stopped = (server.stop(), server.processes())
    server.start()

    assert stopped == (0, [])
    assert_complete(server.completed(job_id), expected)


def test_a_power_cut_loses_no_accepted_photo(own_server: OwnServer) -> None:
    server = own_server()
    with server.workers_halted():
        waiting = [server.submit(jpeg(500, 500, seed)) for seed in range(5)]
        for process in server.processes():
            process.send(signal.SIGKILL)
    wait_for(lambda: not server.processes(), "everything being dead")

    server.start()

    assert {server.completed(job_id)["progress"] for job_id in waiting} == {"9/9"}


def test_an_answer_survives_a_restart(own_server: OwnServer) -> None:
    server = own_server()
    job_id = server.submit(jpeg(500, 500))
    before = server.completed(job_id)

    server.stop()
    server.start()

    assert server.status(job_id) == before


def test_a_job_deleted_in_the_middle_stops_and_leaves_nothing(own_server: OwnServer, photo: bytes) -> None:
    server, job_id = in_work(own_server, photo)

    deleted = server.client.delete(f"/V1/api/classify/{job_id}")
    next_one = server.completed(server.submit(jpeg(300, 300)))

    assert (deleted.status_code, deleted.json()) == (200, {"status": "success"})
    assert next_one["total_chunks"] == 4
    wait_for(lambda: not (server.data_dir / "jobs" / str(job_id)).exists(), "the files being gone")
    for method, path in (("GET", "status"), ("DELETE", "classify")):
        assert server.client.request(method, f"/V1/api/{path}/{job_id}").status_code == 404


def test_twenty_photos_at_once_are_all_answered_as_the_command_line_does(
    server: RunningServer, tmp_path: Path
) -> None:
    photos = {
        f"reef-{seed:02d}": jpeg(300 + 97 * (seed % 7), 250 + 131 * (seed % 5), seed) for seed in range(20)
    }
    for name, content in photos.items():
        (tmp_path / f"{name}.jpg").write_bytes(content)

    with ThreadPoolExecutor(20) as phones:
        job_ids = list(phones.map(server.submit, photos.values()))
    answers = dict(zip(photos, [server.completed(job_id) for job_id in job_ids], strict=True))

    alone = classified_here(tmp_path, list(photos))
    assert {name: (answer["summary"], answer["chunks"]) for name, answer in answers.items()} == alone


def classified_here(folder: Path, names: list[str]) -> dict[str, Any]:
    paths = [str(folder / f"{name}.jpg") for name in names]
    subprocess.run(
        [COMMAND, "classify", *paths, "-o", str(folder / "out")],
        env=environment(),
        check=True,
        capture_output=True,
        timeout=PATIENCE_S * 2,
    )
    read = {path.stem.partition("-")[2]: json.loads(path.read_text()) for path in folder.glob("out/*.json")}
    return {name: (answer["summary"], answer["chunks"]) for name, answer in read.items()}


def test_a_small_photo_does_not_wait_for_a_huge_one(own_server: OwnServer, photo: bytes) -> None:
    server = own_server(WORKERS="1")
    huge = server.submit(photo)
    server.begun(huge)

    server.completed(server.submit(jpeg(300, 300)))

    assert server.status(huge, "")["status"] == "processing"
