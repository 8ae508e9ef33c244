"""A task -> results of its chunks, written once, and the next task of its lane."""

import time
from collections.abc import Mapping
from typing import Final

import structlog

from coralchunk.errors import Unreadable
from coralchunk.imaging.grid import grid
from coralchunk.metrics import BATCH_SECONDS, JOBS
from coralchunk.pipeline.bench import Bench
from coralchunk.pipeline.bring import part
from coralchunk.pipeline.classifiers import judged_by
from coralchunk.pipeline.finish import finish
from coralchunk.pipeline.job import Job, JobKind
from coralchunk.pipeline.judge import finish_enquiry, give_up_image, judge_image
from coralchunk.pipeline.records import Step, packed
from coralchunk.pipeline.tasks import Task, next_task

MOST_ATTEMPTS: Final = 3
_log: Final = structlog.get_logger()


def work(bench: Bench, task: Task) -> None:
    """Do what a task has to do; anything from nothing to the last batch and the stitch.

    Raises whatever went wrong that is not the photo's fault; the worker then calls `try_again`.
    """
    records = bench.stores.records
    step, next_batch = records.begin(task.job_id, task.batch, MOST_ATTEMPTS)
    match step:
        case Step.GONE:
            bench.photos.drop(task.job_id)
        case Step.RECORDED:
            return
        case Step.POISON:
            _give_up(bench, task)
        case Step.CLASSIFY | Step.FINISH:
            job = records.get(task.job_id)
            structlog.contextvars.bind_contextvars(job_id=job.id, request_id=job.request_id)
            try:
                with BATCH_SECONDS.time():
                    is_last = step is Step.FINISH or _classify(bench, job, task, next_batch)
                if is_last:
                    _finish(bench, job)
            except Unreadable as unreadable:
                if records.fail(job.id, str(unreadable)):
                    JOBS.labels("error").inc()
                    _log.info("photo refused", reason=str(unreadable))


def try_again(bench: Bench, task: Task) -> None:
    """Put a task back that failed for no fault of the photo; after some attempts it is given up."""
    bench.stores.tasks.put(task.again())


def forgive(bench: Bench, task: Task) -> None:
    """Take back that a task was begun: what hindered it was neither the photo nor a bug."""
    bench.stores.records.forgive(task.job_id, task.batch)


def _classify(bench: Bench, job: Job, task: Task, next_batch: int | None) -> bool:
    """Judge a batch. Returns whether it is the one that has to finish the job."""
    batch = task.batch
    if job.kind is JobKind.ENQUIRY:
        result = judge_image(bench, job, task)
        if result is None:
            return False
        is_last = _record(bench, job, batch, {batch: result}, next_batch)
        bench.stores.blobs.remove(job.id, part(batch))
        return is_last
    indices = job.chunks_of(batch)
    photo = bench.photos.get(job)
    chunks = grid(job.size)[indices.start : indices.stop]
    judged = judged_by(bench.classifier, photo, chunks)
    is_last = _record(bench, job, batch, dict(zip(indices, packed(judged), strict=True)), next_batch)
    if next_batch is None and not is_last:
        bench.photos.drop(job.id)  # this lane is at its end, and another worker's will finish the job
    return is_last


def _record(bench: Bench, job: Job, batch: int, results: Mapping[int, bytes], next_batch: int | None) -> bool:
    # Results and next task appear together, or a crash between the two would break the lane.
    with bench.stores.transaction() as pipeline:
        bench.stores.records.record(job.id, batch, results, time.time(), pipeline)
        if next_batch is not None:
            bench.stores.tasks.put(next_task(job, next_batch), pipeline)
        recorded, *_ = pipeline.execute()
    return bool(recorded == 1)


def _finish(bench: Bench, job: Job) -> None:
    if job.kind is JobKind.ENQUIRY:
        finish_enquiry(bench, job)
    else:
        finish(bench, job)


def _give_up(bench: Bench, task: Task) -> None:
    _log.error("job given up", job_id=task.job_id, batch=task.batch, attempts=MOST_ATTEMPTS)
    reason = (
        f"This photo could not be classified: the server tried {MOST_ATTEMPTS} times and failed each time."
        " Its operator finds the reason in the log."
    )
    job = bench.stores.records.get(task.job_id)
    if job.kind is JobKind.ENQUIRY and bench.stores.records.finisher(job.id) is None:
        # One photo of many: the others go on.
        if _record(bench, job, task.batch, {task.batch: give_up_image(bench, job, task.batch, reason)}, None):
            finish_enquiry(bench, job)
        return
    if bench.stores.records.fail(task.job_id, reason):
        JOBS.labels("given up").inc()
