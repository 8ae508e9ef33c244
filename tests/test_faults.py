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


def begun(server: RunningServer, photo: bytes) -> int:
    """Submit the photo, and wait until some of its chunks are classified. Returns the job."""
    job_id = server.submit(photo)
    server.begun(job_id)
    return job_id


def test_a_photo_is_completed_though_a_worker_is_killed_in_the_middle(
    disturbed_server: RunningServer, photo: bytes, expected: dict[str, Any]
) -> None:
    job_id = begun(disturbed_server, photo)
    before = disturbed_server.workers()

    before[0].send(signal.SIGKILL)

    assert_complete(disturbed_server.completed(job_id), expected)
    wait_for(disturbed_server.is_ready, "two workers being at work again")
    assert before[0].pid not in {worker.pid for worker in disturbed_server.workers()}


def test_a_photo_is_completed_though_workers_and_what_forks_them_are_killed_again_and_again(
    disturbed_server: RunningServer, photo: bytes, expected: dict[str, Any]
) -> None:
    job_id = disturbed_server.submit(photo)

    for chunks, killed in ((1, " -m jobs"), (80, " -m jobs "), (160, " -m jobs.fork_server ")):
        disturbed_server.begun(job_id, chunks)
        for process in disturbed_server.processes(killed):
            process.send(signal.SIGKILL)

    assert_complete(disturbed_server.completed(job_id), expected)


def test_a_photo_is_completed_though_redis_is_killed_in_the_middle(
    disturbed_server: RunningServer, photo: bytes, expected: dict[str, Any]
) -> None:
    job_id = begun(disturbed_server, photo)
    killed = disturbed_server.redis()

    killed.send(signal.SIGKILL)

    wait_for(
        lambda: disturbed_server.is_ready() and disturbed_server.redis().pid != killed.pid, "Redis being back"
    )
    assert_complete(disturbed_server.completed(job_id), expected)


def test_the_server_answers_again_when_its_web_process_was_killed(disturbed_server: RunningServer) -> None:
    masters = [
        process
        for process in disturbed_server.processes("gunicorn")
        if process.parent in disturbed_server.pids("serve")
    ]

    for master in masters:
        master.send(signal.SIGKILL)

    wait_for(disturbed_server.is_ready, "the web being back")
    assert len(masters) == 1
    assert disturbed_server.completed(disturbed_server.submit(jpeg(300, 300)))["total_chunks"] == 4


def test_a_photo_in_work_when_the_server_is_killed_or_stopped_is_completed_when_it_is_started_again(
    disturbed_server: RunningServer, photo: bytes, expected: dict[str, Any]
) -> None:
    killed = begun(disturbed_server, photo)
    redis = disturbed_server.redis()
    disturbed_server.kill()
    disturbed_server.start()

    assert disturbed_server.redis().pid == redis.pid  # adopted, not started again
    before = disturbed_server.completed(killed)
    assert_complete(before, expected)

    stopped = begun(disturbed_server, photo)
    assert (disturbed_server.stop(), disturbed_server.processes()) == (0, [])
    disturbed_server.start()

    assert_complete(disturbed_server.completed(stopped), expected)
    assert disturbed_server.status(killed) == before


def test_a_power_cut_loses_no_accepted_photo(disturbed_server: RunningServer) -> None:
    with disturbed_server.workers_halted():
        waiting = [disturbed_server.submit(jpeg(500, 500, seed)) for seed in range(5)]
        for process in disturbed_server.processes():
            process.send(signal.SIGKILL)
    wait_for(lambda: not disturbed_server.processes(), "everything being dead")

    disturbed_server.start()

    assert {disturbed_server.completed(job_id)["progress"] for job_id in waiting} == {"9/9"}


def test_a_job_deleted_in_the_middle_stops_and_leaves_nothing(
    disturbed_server: RunningServer, photo: bytes
) -> None:
    job_id = begun(disturbed_server, photo)

    deleted = disturbed_server.client.delete(f"/V1/api/classify/{job_id}")
    next_one = disturbed_server.completed(disturbed_server.submit(jpeg(300, 300)))

    assert (deleted.status_code, deleted.json()) == (200, {"status": "success"})
    assert next_one["total_chunks"] == 4
    wait_for(lambda: not (disturbed_server.data_dir / "jobs" / str(job_id)).exists(), "the files being gone")
    for method, path in (("GET", "status"), ("DELETE", "classify")):
        assert disturbed_server.client.request(method, f"/V1/api/{path}/{job_id}").status_code == 404


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
    server = own_server(WORKERS="1", WEB_WORKERS="1")
    huge = server.submit(photo)
    server.begun(huge)

    server.completed(server.submit(jpeg(300, 300)))

    assert server.status(huge, "")["status"] == "processing"
