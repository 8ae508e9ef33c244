"""Renew a worker's lease from a thread, while its main thread classifies."""

import contextlib
import threading
from collections.abc import Iterator

import structlog
from redis.exceptions import RedisError
from rq import SimpleWorker

from coralchunk.pipeline.records.leases import RENEW_EVERY_S
from coralchunk.pipeline.stores import Stores

_log = structlog.get_logger()


@contextlib.contextmanager
def leased(worker: SimpleWorker, stores: Stores) -> Iterator[threading.Thread]:
    """Hold the lease of a worker during the block, and put back what it had begun and not finished.

    Yields the thread that renews it.
    """
    stopping = threading.Event()
    thread = threading.Thread(target=_renew, args=(worker, stores, stopping), name="lease", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stopping.set()
        thread.join()
        # A worker that lost Redis ends in the middle of a task. If Redis is back by now, its lease must not
        # end before its tasks are queued again; if not, the lease expires and a sweeper does this.
        with contextlib.suppress(RedisError):
            if lost := stores.tasks.recover(worker.name):
                _log.warning("tasks put back at the end of the worker", worker=worker.name, tasks=lost)


def _renew(worker: SimpleWorker, stores: Stores, stopping: threading.Event) -> None:
    while True:
        try:
            stores.leases.renew(worker.name)
            has_registered = worker.birth_date is not None
            if has_registered and not stores.tasks.is_registered(worker.name):
                # A sweeper declared it dead while it could not reach Redis.
                stores.tasks.register_again(worker)
                _log.warning("registered again; tasks may have been put back", worker=worker.name)
        except RedisError as failure:
            _log.warning("lease not renewed", worker=worker.name, reason=str(failure))
        if stopping.wait(RENEW_EVERY_S):
            return
