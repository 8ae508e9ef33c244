"""The RQ task functions; the queue names them by string, so nothing below imports this file."""

from collections.abc import Callable
from typing import Final

import structlog
from redis.exceptions import RedisError

from coralchunk.errors import CoralchunkError, StorageFull
from coralchunk.pipeline import batch
from coralchunk.pipeline.bench import Bench
from coralchunk.pipeline.cut import cut_window
from coralchunk.pipeline.tasks import CUTTING, FUNCTION, Task

_log: Final = structlog.get_logger()


def work(bench: Bench, key: str) -> None:
    """Do the task that the queue calls `key`."""
    task = Task.from_key(key)
    structlog.contextvars.clear_contextvars()
    try:
        batch.work(bench, task)
    except RedisError:
        raise  # nothing can be recorded now; the worker ends, and the supervisor puts its tasks back
    except StorageFull as full:
        # Not the photo's fault, and soon over or not: the sweeper comes back to the job every few seconds.
        _log.error("storage is full", job_id=task.job_id, reason=str(full))
        batch.forgive(bench, task)
    # The outer loop of a worker: one photo that trips a bug must not take the other photos' worker away.
    except Exception:  # noqa: BLE001
        _log.exception("task failed", job_id=task.job_id, batch=task.batch, attempt=task.attempt)
        batch.try_again(bench, task)


def cut(bench: Bench, key: str) -> None:
    """Cut the chunk out that the queue calls `key`; who waits for it finds out by waiting if that fails."""
    task = Task.from_key(key)
    structlog.contextvars.clear_contextvars()
    try:
        cut_window(bench, task.job_id, task.batch)
    except RedisError:
        raise  # as above
    except (CoralchunkError, OSError) as failure:
        _log.warning("chunk not cut", job_id=task.job_id, chunk=task.batch, reason=str(failure))


# The only functions that a queued task can reach, whatever it names.
ALLOWED: Final[dict[str, Callable[[Bench, str], None]]] = {FUNCTION: work, CUTTING: cut}
