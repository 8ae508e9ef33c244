"""A task whose photo is on the web -> the photo in the store, and the task queued again.

Beside the work: a worker that waited for a slow host would keep phones waiting. The thread may die with its
process at any moment; the task is then put back like any other of a dead worker.
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
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.tasks import Task

# By name, and imported by the first fetch: what it needs takes long to load, and most workers never fetch.
_FETCH: Final = "coralchunk.storage.remote:fetch"
Fetch = Callable[[str, Settings], BytesIO]
HERE, REFUSED = b"+", b"-"  # first byte of what is stored: then the photo, or why it cannot be had
_log: Final = structlog.get_logger()


def part(batch: int) -> str:
    """Name the file in which the photo of a batch waits to be judged."""
    return f"fetched-{batch}"


def bring(stores: Stores, task: Task, url: str) -> None:
    """Begin to fetch the photo of a task, or have the task wait until fewer are being fetched."""
    if stores.fetches.enter(task, time.time()):
        name = f"fetch {task.key}"
        threading.Thread(target=_bring, args=(stores, task, url), name=name, daemon=True).start()
    else:
        stores.records.forgive(task.job_id, task.batch)


def _bring(stores: Stores, task: Task, url: str) -> None:
    try:
        fetch = cast(Fetch, pkgutil.resolve_name(_FETCH))
        fetched = HERE + fetch(url, stores.settings).getbuffer()
    except NotFetched as refused:
        fetched = REFUSED + str(refused).encode()
    try:
        stores.blobs.keep(task.job_id, part(task.batch), BytesIO(fetched))
        if not stores.records.exists(task.job_id):
            # Deleted meanwhile: what was just written must not outlive it.
            stores.blobs.delete(task.job_id)
        # Counted as an attempt only if it killed its process.
        stores.records.forgive(task.job_id, task.batch)
        stores.fetches.leave(task)
    except (RedisError, StorageFull) as failure:
        # The place runs out, and the sweeper comes back to the job.
        _log.error("fetched photo not kept", job_id=task.job_id, batch=task.batch, reason=str(failure))
