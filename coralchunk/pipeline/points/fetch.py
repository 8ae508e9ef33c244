"""Fetch a photo from the web in a background thread, store it, and queue its task again.

A worker that waited for a slow host would keep other photos waiting. The thread may die with its process at
any moment; the task is then put back like any other task of a dead worker.
"""

import pkgutil
import threading
import time
from collections.abc import Callable
from io import BytesIO
from typing import Final, cast

import structlog
from redis.exceptions import RedisError

from coralchunk.config import Settings
from coralchunk.errors import StorageFull
from coralchunk.errors.access import NotFetched
from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.stores import Stores

# By name, and imported by the first fetch: what it needs takes long to load, and most workers never fetch.
_FETCH: Final = "coralchunk.storage.remote:fetch"
Fetch = Callable[[str, Settings], BytesIO]
FETCHED, FETCH_FAILED = (
    b"+",
    b"-",
)  # first byte of the stored file; then the photo, or why it could not be fetched
_log: Final = structlog.get_logger()


def fetched_name(batch: int) -> str:
    """Name the file in which the photo of a batch waits to be classified."""
    return f"fetched-{batch}"


def start_fetch(stores: Stores, task: Task, url: str, name: str) -> None:
    """Begin to fetch a photo of a task, or have the task wait until fewer are being fetched.

    name  of the file in which it is stored
    """
    if stores.fetch_slots.acquire(task, time.time()):
        fetching = threading.Thread(
            target=_fetch_and_store, args=(stores, task, url, name), name=f"fetch {task.key}", daemon=True
        )
        fetching.start()
    else:
        stores.records.refund_attempt(task.job_id, task.batch)


def _fetch_and_store(stores: Stores, task: Task, url: str, name: str) -> None:
    try:
        fetch = cast(Fetch, pkgutil.resolve_name(_FETCH))
        fetched = FETCHED + fetch(url, stores.settings).getbuffer()
    except NotFetched as refused:
        fetched = FETCH_FAILED + str(refused).encode()
    try:
        stores.blobs.write(task.job_id, name, BytesIO(fetched))
        if not stores.records.exists(task.job_id):
            # The job was deleted meanwhile: the file just written must not remain.
            stores.blobs.delete(task.job_id)
        # Counted as an attempt only if it killed its process.
        stores.records.refund_attempt(task.job_id, task.batch)
        stores.fetch_slots.release(task)
    except (RedisError, StorageFull) as failure:
        # The slot expires, and the sweeper restarts the job.
        _log.error("fetched photo not kept", job_id=task.job_id, batch=task.batch, reason=str(failure))
