"""Sweep every few seconds: alone on one machine, or as the one elected of many."""

import pkgutil
import socket
import threading
import time
from pathlib import Path
from typing import Final

import structlog
from redis.exceptions import RedisError

from coralchunk.datasets.sweep import sweep_datasets
from coralchunk.errors import CoralchunkError
from coralchunk.pipeline.queries.storage_identity import check_storage, renew_storage_id
from coralchunk.pipeline.queue.task_queue import WorkerName
from coralchunk.pipeline.steps.sweep import reconcile_storage, sweep
from coralchunk.pipeline.steps.unconfirmed import remove_unconfirmed
from coralchunk.pipeline.stores import Stores
from coralchunk.processes import runs
from coralchunk.surveys.sweep import sweep_evidence
from coralchunk.training.sweep import sweep_trained_models
from coralchunk.uploads.sweep import sweep_uploads

_SWEEP_EVERY_S: Final = 5.0
_TIDY_EVERY: Final = 12  # sweeps
_ORPHANS_EVERY: Final = 720  # sweeps; each walks over all training images
_RENEWED_BY_S: Final = 10.0  # by then, living workers have renewed their leases after an outage of Redis
# By name: it loads a client of HTTP, which only servers with webhooks need.
_NOTIFY: Final = "coralchunk.supervisor.notifier:notify_periodically"
_log: Final = structlog.get_logger()


def sweep_periodically(stores: Stores, stopping: threading.Event) -> None:
    """Sweep until the process stops."""
    sweeper = _Sweeper(stores)
    if stores.settings.webhooks:
        arguments = (stores, stopping, lambda: sweeper.is_elected)
        notify = pkgutil.resolve_name(_NOTIFY)
        threading.Thread(target=notify, args=arguments, name="notifier", daemon=True).start()
    rounds = 0
    while not stopping.wait(_SWEEP_EVERY_S if rounds else 0.2):
        sweeper.round()
        rounds += 1


class _Sweeper:
    def __init__(self, stores: Stores) -> None:
        self._stores: Final = stores
        # The same after a restart, which then need not wait for the lease to end.
        self._holder: Final = f"{socket.gethostname()}:{Path(stores.settings.data_dir).resolve()}"
        self._reachable_since = time.monotonic()
        self._rounds = 0
        self.is_elected = False  # of all sweepers of the server

    def round(self) -> None:
        """Sweep once. Failures are logged; the next round tries again."""
        stores = self._stores
        try:
            # Also those that outlived a crashed server for a while, and then died without a parent.
            for name in self._dead_here():
                stores.tasks.recover(name)
            self.is_elected = stores.leases.hold_sweep(self._holder)
            if not self.is_elected:
                return
            for name in self._dead_elsewhere():
                put_back = stores.tasks.recover(name)
                _log.warning("a worker's lease ended; its tasks were put back", worker=name, tasks=put_back)
            if self._rounds % _TIDY_EVERY == 0:
                check_storage(stores)
                reconcile_storage(stores, time.time())
                _remove_unfinished(stores)
            if self._rounds % _ORPHANS_EVERY == 0:
                renew_storage_id(stores)
                _remove_orphans(stores)
            self._rounds += 1
            sweep(stores, time.time())
        except (RedisError, OSError, CoralchunkError) as failure:
            self._reachable_since = time.monotonic()
            _log.warning("sweep put off", reason=str(failure))

    def _dead_here(self) -> list[str]:
        """Name the workers of this machine that have registered in Redis and do not run any more."""
        return [worker.name for worker in self._here() if not runs(worker.pid, worker.name)]

    def _dead_elsewhere(self) -> list[str]:
        """Name the workers of other machines whose leases have ended."""
        if time.monotonic() - self._reachable_since < _RENEWED_BY_S:
            return []
        alive_here = {worker.name for worker in self._here()}
        return [name for name in self._stores.leases.expired() if name not in alive_here]

    def _here(self) -> list[WorkerName]:
        here = socket.gethostname()
        return [worker for worker in self._stores.tasks.registered() if worker.hostname == here]


def _remove_unfinished(stores: Stores) -> None:
    if removed := sweep_uploads(stores.settings, time.time()):
        _log.info("expired uploads removed", count=removed)
    if removed := remove_unconfirmed(stores, time.time()):
        _log.info("unconfirmed uploads removed from the object store", count=removed)


def _remove_orphans(stores: Stores) -> None:
    if removed := sweep_datasets(stores.settings, time.time()):
        _log.info("training images without a row removed", count=removed)
    if removed := sweep_evidence(stores.settings, time.time()):
        _log.info("kept photos without a survey removed", count=removed)
    if removed := sweep_trained_models(stores.settings, time.time()):
        _log.info("trained models without a classifier removed", count=removed)
