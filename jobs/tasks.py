"""Define the RQ task functions. The queue names them by string, so no other module imports this one."""

import signal
from collections.abc import Callable
from typing import Final

import structlog
from redis.exceptions import RedisError

from coralchunk.errors import CoralchunkError, StorageDown, StorageFull
from coralchunk.pipeline.queries.storage_identity import is_same_storage
from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.queue.task_queue import CROP_FUNCTION, FUNCTION, KEPT_CROP_FUNCTION
from coralchunk.pipeline.steps import classify
from coralchunk.pipeline.steps.crop import crop_chunk, crop_kept
from coralchunk.pipeline.worker.context import WorkerContext

_log: Final = structlog.get_logger()


def work(context: WorkerContext, key: str) -> None:
    """Do the task that the queue calls `key`."""
    task = Task.from_key(key)
    structlog.contextvars.clear_contextvars()
    turn = context.turn()
    try:
        while classify.run_task(context, task, turn):
            pass  # it continues with the next batch of its photo
    except RedisError:
        raise  # nothing can be recorded now; the worker ends, and the supervisor puts its tasks back
    except (StorageFull, StorageDown) as failure:
        # Not the photo's fault, and it may last: the sweeper restarts the job every few seconds.
        _log.error("storage cannot be used", job_id=task.job_id, reason=str(failure))
        classify.refund_attempt(context, task)
    except FileNotFoundError as missing:
        if is_same_storage(context.stores):
            _log.exception("task failed", job_id=task.job_id, batch=task.batch, attempt=task.attempt)
            classify.try_again(context, task)
            return
        # Its folder is not mounted any more, or was replaced. Other workers can do it; this one must end.
        _log.error("storage is not the one of the other processes", reason=str(missing))
        classify.refund_attempt(context, task)
        signal.raise_signal(signal.SIGTERM)
    # The outer loop of a worker: one photo that trips a bug must not take the other photos' worker away.
    except Exception:  # noqa: BLE001
        _log.exception("task failed", job_id=task.job_id, batch=task.batch, attempt=task.attempt)
        classify.try_again(context, task)


def crop(context: WorkerContext, key: str) -> None:
    """Crop the chunk that the queue calls `key`; a failure is logged, and the waiting request times out."""
    task = Task.from_key(key)
    structlog.contextvars.clear_contextvars()
    try:
        crop_chunk(context, task.job_id, task.batch)
    except RedisError:
        raise  # as above
    except (CoralchunkError, OSError) as failure:
        _log.warning("chunk not cropped", job_id=task.job_id, chunk=task.batch, reason=str(failure))


def crop_kept_photo(context: WorkerContext, key: str) -> None:
    """Crop a chunk of a photo that a survey keeps; `key` is as TaskQueue.put_kept_crop wrote it."""
    task = Task.from_key(key)
    structlog.contextvars.clear_contextvars()
    try:
        crop_kept(context, f"{task.job_id}-{task.batch}", task.attempt)
    except RedisError:
        raise  # as above
    except (CoralchunkError, OSError) as failure:
        _log.warning("chunk not cropped", survey_id=task.job_id, job_id=task.batch, reason=str(failure))


# The only functions that a queued task can call.
ALLOWED: Final[dict[str, Callable[[WorkerContext, str], None]]] = {
    FUNCTION: work,
    CROP_FUNCTION: crop,
    KEPT_CROP_FUNCTION: crop_kept_photo,
    "jobs.tasks.cut": crop,  # as version 0.3 queued it
}
