"""More workers, started by hand, for a server that runs elsewhere."""

import signal
import subprocess
from pathlib import Path

import pytest

from coralchunk.services import Services
from tests.server import COMMAND, environment
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
