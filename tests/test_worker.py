"""Test workers beside the other processes, and workers that an operator starts for a remote server."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from coralchunk.services import Services
from tests.server import COMMAND, RunningServer, environment
from tests.waiting import PATIENCE_S, wait_for


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_started_by_hand_signs_on_and_off(
    services: Services, tmp_path: Path, how: signal.Signals
) -> None:
    variables = environment(DATA_DIR=str(tmp_path)) | {"REDIS_URL": str(services.settings.redis_url)}
    worker = subprocess.Popen([COMMAND, "worker", "by-hand"], env=variables, cwd=tmp_path)
    wait_for(
        lambda: services.stores.redis.hget("rq:worker:by-hand", "state") == b"idle", "the worker signing on"
    )
    at_work = services.stores.tasks.workers()

    worker.send_signal(how)

    assert worker.wait(PATIENCE_S) == 0
    assert at_work == 1
    assert services.stores.tasks.workers() == 0


def test_workers_yield_the_processor_to_web_and_redis(server: RunningServer) -> None:
    workers = server.workers()
    others = [server.redis(), *server.processes("gunicorn")]
    inherited = os.getpriority(os.PRIO_PROCESS, 0)

    assert {os.getpriority(os.PRIO_PROCESS, worker.pid) for worker in workers} == {min(inherited + 10, 19)}
    assert {os.getpriority(os.PRIO_PROCESS, other.pid) for other in others} == {inherited}
    # Between sessions Linux would share it out evenly, whatever the niceness (sched(7), autogroup).
    assert len({os.getsid(process.pid) for process in (*workers, *others)}) == 1


def test_ctrl_c_on_the_terminal_reaches_the_parent_alone(server: RunningServer) -> None:
    parent = server.processes("coralchunk serve")[0].pid
    groups = {os.getpgid(process.pid) for process in server.processes() if process.pid != parent}

    assert os.getpgid(parent) not in groups
