"""Run the training process of a job in the background, and finish the job when it has ended.

A worker that trained itself would delay photos for a minute. So it starts a process and continues; the
job's task is queued again when that process has ended. The process dies with its worker, whose tasks are
then put back.
"""

import contextlib
import os
import subprocess
import sys
import threading
import time
from typing import Final

import structlog
from redis.exceptions import RedisError

from coralchunk.errors import CoralchunkError, StorageFull
from coralchunk.metrics import JOBS
from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.training.training_job import (
    TrainingResult,
    stored_training_result,
    write_training_result,
)
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.processes import PARENT_VARIABLE

_MODULE: Final = "coralchunk.training"
_LOOK_EVERY_S: Final = 0.5  # whether the job was deleted
_DONE: Final = b"+"
# More threads in the libraries would only wait for each other; its counters are not reported.
_ENVIRONMENT: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_NOT_INHERITED: Final = frozenset({"PROMETHEUS_MULTIPROC_DIR"})
_log: Final = structlog.get_logger()


def train_collection(context: WorkerContext, job: Job, task: Task) -> bytes | None:
    """Return the result of a training that has ended, or begin it and return None."""
    stores = context.stores
    if stored_training_result(stores, job.id) is not None:
        return _DONE
    if stores.training_slots.acquire(task, time.time()):
        name = f"train {task.key}"
        threading.Thread(target=_train, args=(stores, task), name=name, daemon=True).start()
    else:
        stores.records.refund_attempt(task.job_id, task.batch)
    return None


def finish_training_job(context: WorkerContext, job: Job) -> None:
    """Mark the job completed, or failed with the reason that its process has left."""
    stores = context.stores
    result = stored_training_result(stores, job.id) or TrainingResult(error="The training left no result.")
    if result.error is not None:
        if stores.records.fail(job.id, result.error):
            JOBS.labels("error").inc()
    elif stores.records.complete(job.id, None):
        JOBS.labels("completed").inc()


def _train(stores: Stores, task: Task) -> None:
    try:
        ended = _watch(stores, task, _start(task.job_id))
        if stored_training_result(stores, task.job_id) is not None:
            # Counted as an attempt only if it died.
            stores.records.refund_attempt(task.job_id, task.batch)
        else:
            _log.error("training process died", job_id=task.job_id, status=ended)
        stores.training_slots.release(task)
    except RedisError as failure:
        _log.error("training not watched", job_id=task.job_id, reason=str(failure))
        _release_later(stores, task)
    except (StorageFull, CoralchunkError, OSError) as failure:
        # The slot expires, and the sweeper restarts the job.
        _log.error("training not watched", job_id=task.job_id, reason=str(failure))


def _release_later(stores: Stores, task: Task) -> None:
    """Give the slot back when Redis answers again, or the job would count as in progress for an hour."""
    pause = threading.Event()
    while True:
        pause.wait(_LOOK_EVERY_S)
        with contextlib.suppress(RedisError):
            if stores.training_slots.is_held(task):  # not if this worker was declared dead meanwhile
                stores.training_slots.release(task)
            return


def _start(job_id: int) -> "subprocess.Popen[bytes]":
    inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}  # noqa: TID251
    parent = {PARENT_VARIABLE: str(os.getpid())}
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-m", _MODULE, str(job_id)],
        env={**inherited, **_ENVIRONMENT, **parent},
        process_group=0,
    )


def _watch(stores: Stores, task: Task, process: "subprocess.Popen[bytes]") -> int | None:
    """Wait for the process to end; end it if the job is deleted or its time is over."""
    timeout_s = stores.settings.training_timeout
    deadline = time.monotonic() + timeout_s
    try:
        while True:
            try:
                return process.wait(_LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                if not stores.records.exists(task.job_id):
                    return None
                if time.monotonic() > deadline:
                    reason = (
                        f"The training took longer than {timeout_s} s, the most it may take"
                        " (CORALCHUNK_TRAINING_TIMEOUT). Train on fewer images."
                    )
                    write_training_result(stores, task.job_id, TrainingResult(error=reason))
                    return None
    finally:
        process.kill()
        process.wait()
