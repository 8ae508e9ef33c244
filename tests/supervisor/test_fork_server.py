"""Test the process that workers are forked from."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coralchunk.processes import runs
from coralchunk.services import Services
from coralchunk.supervisor.child_process import Process
from coralchunk.supervisor.fork_server import CAN_FORK, ForkServer
from tests.server import environment
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CAN_FORK, reason="workers are forked on Linux only"),
]
Start = Callable[[], ForkServer]


@pytest.fixture
def start(services: Services) -> Iterator[Start]:
    """Starts servers whose workers find the Redis and the data folder of the test."""
    started: list[ForkServer] = []
    variables = environment(DATA_DIR=str(services.settings.data_dir))
    variables["REDIS_URL"] = str(services.settings.redis_url)

    def new() -> ForkServer:
        before = signal.signal(signal.SIGCHLD, lambda *_: None)  # as the supervisor does
        server = ForkServer(variables)
        started.append(server)
        wait_for(server.is_ready, "the code being loaded")
        signal.signal(signal.SIGCHLD, before)
        return server

    yield new
    for server in started:
        server.send_signal(signal.SIGTERM)
        wait_for(lambda server=server: server.poll() is not None, "the end of the fork server")


def at_work(services: Services, name: str) -> None:
    """Wait until a worker takes tasks, and so handles signals."""
    wait_for(lambda: services.stores.redis.hget(f"rq:worker:{name}", "state") == b"idle", "the worker")


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def ended(process: Process) -> int:
    wait_for(lambda: process.poll() is not None, "its end")
    return int(process.poll() or 0)


def test_a_forked_worker_is_like_one_that_was_started_alone(services: Services, start: Start) -> None:
    server = start()

    worker = server.fork("host.0.abc")
    at_work(services, "host.0.abc")

    command = Path(f"/proc/{worker.pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    assert [os.fsdecode(word) for word in command] == [sys.executable, "-P", "-m", "jobs", "host.0.abc"]
    assert runs(worker.pid, "host.0.abc")
    assert os.getpgid(worker.pid) == worker.pid
    assert os.getsid(worker.pid) == os.getsid(0)
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
    assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert ended(worker) == 0
    assert services.stores.tasks.workers() == 0


def test_no_thread_runs_in_the_process_that_forks(services: Services, start: Start) -> None:
    server = start()

    worker = server.fork("host.0.abc")
    at_work(services, "host.0.abc")

    assert threads(server.pid) == 1
    assert threads(worker.pid) > 1  # it holds a lease, and has loaded a model


def test_the_status_of_a_killed_worker_is_reported_and_another_starts(
    services: Services, start: Start
) -> None:
    server = start()
    first, second = server.fork("host.0.abc"), server.fork("host.1.abc")
    at_work(services, "host.1.abc")

    first.send_signal(signal.SIGKILL)
    status = ended(first)
    third = server.fork("host.0.def")
    at_work(services, "host.0.def")

    assert status == -signal.SIGKILL
    assert second.poll() is None
    assert len({first.pid, second.pid, third.pid}) == 3


def test_workers_finish_when_the_process_that_forks_is_killed(services: Services, start: Start) -> None:
    server = start()
    worker = server.fork("host.0.abc")
    at_work(services, "host.0.abc")

    os.kill(server.pid, signal.SIGKILL)
    wait_for(lambda: not server.is_ready(), "its end being noticed")
    refused = server.fork("host.1.abc")

    assert refused.poll() == 1
    assert ended(worker) == 0
    assert services.stores.tasks.workers() == 0  # it has put everything in order


def test_a_signal_to_all_processes_leaves_the_process_that_forks_until_its_workers_have_ended(
    services: Services, start: Start
) -> None:
    server = start()
    worker = server.fork("host.0.abc")
    at_work(services, "host.0.abc")

    os.kill(server.pid, signal.SIGTERM)
    worker.send_signal(signal.SIGTERM)

    assert ended(worker) == 0
    assert server.is_ready()
    server.send_signal(signal.SIGTERM)
    assert ended(server) == 0


def test_a_name_that_does_not_fit_is_refused() -> None:
    code = "from coralchunk.processes import rename; rename(['x' * 10_000])"

    tried = subprocess.run(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )

    assert "is longer than" in tried.stderr
