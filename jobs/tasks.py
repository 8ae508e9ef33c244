"""The RQ task functions; the queue names them by string, so nothing below imports this file."""

from collections.abc import Callable
from typing import Final

import structlog
from redis.exceptions import RedisError

from coralchunk.errors import StorageFull
from coralchunk.pipeline import batch
from coralchunk.pipeline.bench import Bench
from coralchunk.pipeline.tasks import FUNCTION, Task

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


# The only functions that a queued task can reach, whatever it names.
ALLOWED: Final[dict[str, Callable[[Bench, str], None]]] = {FUNCTION: work}
