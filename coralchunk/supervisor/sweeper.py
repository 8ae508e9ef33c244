"""Sweep every few seconds, in a thread of the parent process."""

import socket
import threading
import time
from typing import Final

import structlog
from redis.exceptions import RedisError

from coralchunk.errors import CoralchunkError
from coralchunk.pipeline.steps.sweep import reconcile_storage, sweep
from coralchunk.pipeline.stores import Stores
from coralchunk.processes import runs

_SWEEP_EVERY_S: Final = 5.0
_TIDY_EVERY: Final = 12  # sweeps
_log: Final = structlog.get_logger()


def sweep_periodically(stores: Stores, stopping: threading.Event) -> None:
    """Sweep until the server stops."""
    rounds = 0
    while not stopping.wait(_SWEEP_EVERY_S if rounds else 0.2):
        try:
            if rounds % _TIDY_EVERY == 0:
                reconcile_storage(stores, time.time())
            # Also those that outlived a crashed server for a while, and then died with nobody watching.
            for name in _dead_workers(stores):
                stores.tasks.recover(name)
            sweep(stores, time.time())
        except (RedisError, OSError, CoralchunkError) as failure:
            _log.warning("sweep put off", reason=str(failure))
        rounds += 1


def _dead_workers(stores: Stores) -> list[str]:
    """Name the workers of this machine that have registered in Redis and do not run any more."""
    here = socket.gethostname()
    return [
        worker.name
        for worker in stores.tasks.registered()
        if worker.hostname == here and not runs(worker.pid, worker.name)
    ]
