"""Provide a server to attack, and check what must hold whatever was sent to it."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import RunningServer
from tests.waiting import wait_for

MAX_MEMORY_MB = 600
LONGEST_ANSWER_S = 20.0  # on a machine that is busy with other tests; less than 1 s on a quiet one
MOST_WORK_S = 5.0  # CPU time of all web processes for one answer
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")

Throw = Callable[[bytes], httpx.Response]


@pytest.fixture(scope="package")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the limits that it has by default; at the end it must be as healthy as at the start."""
    server = RunningServer(tmp_path_factory.mktemp("hostile") / "data", RATE_LIMIT="off")
    server.start()
    before = {process.pid for process in server.processes()}
    yield server
    server.client.close()
    server.client = httpx.Client(base_url=server.client.base_url, timeout=60)
    try:
        wait_for(server.is_ready, "the server being ready still")
        assert {process.pid for process in server.processes()} == before, "a process died"
        assert largest_mb(server) < MAX_MEMORY_MB
    finally:
        server.destroy()


def largest_mb(server: RunningServer) -> int:
    """Return the most memory that any of its processes ever had."""
    return max(
        int(line.split()[1]) // 1024
        for pid in server.pids("")
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )


def cpu_s(pids: Iterable[int]) -> float:
    """Return the CPU time that processes have used."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(ticks) for stat in stats for ticks in stat[11:13]) / _TICKS_PER_S


@pytest.fixture
def throw(target: RunningServer) -> Throw:
    """Uploads a file and holds whatever is answered to the rules."""

    def upload(content: bytes, name: str = "reef.jpg", kind: str = "image/jpeg") -> httpx.Response:
        web = target.pids("gunicorn")
        began, worked_s = time.monotonic(), cpu_s(web)
        answer = target.client.post("/V1/api/classify", files={"image": (name, content, kind)})
        took_s = time.monotonic() - began
        if report := os.environ.get("HOSTILE_REPORT"):  # noqa: TID251 - for measurements
            with Path(report).open("a") as file:
                file.write(f"{took_s:.3f} {answer.status_code} {len(content)}\n")
        assert took_s < LONGEST_ANSWER_S
        assert cpu_s(web) - worked_s < MOST_WORK_S
        if answer.status_code != 200:
            is_refusal(answer)
        return answer

    return upload


def is_refusal(answer: httpx.Response) -> None:
    """Hold an answer to what is promised of a refusal."""
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    is_sentence(answer.json()["detail"])


def is_sentence(reason: str) -> None:
    """Hold a reason to being words for a person."""
    assert reason.strip().endswith(".")
    assert len(reason) < 600
    for leak in ("Traceback", "0x7f", "object at", ".py"):
        assert leak not in reason
