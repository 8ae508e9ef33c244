"""Run one task: classify a batch of chunks, record the results once, and queue the next batch."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final

import structlog

from coralchunk import tracing
from coralchunk.errors import Unreadable
from coralchunk.errors.networks import TaskFailed
from coralchunk.imaging.grid import grid
from coralchunk.metrics import BATCH_SECONDS, JOBS
from coralchunk.pipeline.images.classify_pictures import (
    abandon_picture,
    classify_one_picture,
    finish_image_job,
)
from coralchunk.pipeline.points.classify_points import abandon_image, classify_image, finish_point_job
from coralchunk.pipeline.points.fetch import fetched_name
from coralchunk.pipeline.queue.task import Task, next_task
from coralchunk.pipeline.recognition.run_task import answer_task, finish_task
from coralchunk.pipeline.records.job import Job, JobKind
from coralchunk.pipeline.records.probabilities import packed
from coralchunk.pipeline.records.step import Position, Step
from coralchunk.pipeline.steps.finish import finish
from coralchunk.pipeline.training.run_training import finish_training_job, train_collection
from coralchunk.pipeline.worker.classifier_cache import classify_chunks
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.pipeline.worker.small_photo import Searched, classify_and_search
from coralchunk.pipeline.worker.turn import Turn

MAX_ATTEMPTS: Final = 3
_log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _OneByOne:
    """How the tasks of a kind of job are done whose batches are one item each."""

    do: Callable[[WorkerContext, Job, Task], bytes | None]  # returns the item's result, or None for later
    finish: Callable[[WorkerContext, Job], None]
    #: Returns the result of an item that is given up; None where the job fails with its item.
    abandon: Callable[[WorkerContext, Job, int, str], bytes] | None


_ONE_BY_ONE: Final = {
    JobKind.POINTS: _OneByOne(classify_image, finish_point_job, abandon_image),
    JobKind.IMAGES: _OneByOne(classify_one_picture, finish_image_job, abandon_picture),
    JobKind.DEPLOYMENT: _OneByOne(answer_task, finish_task, None),
    JobKind.INFERENCE: _OneByOne(answer_task, finish_task, None),
    JobKind.TRAINING: _OneByOne(train_collection, finish_training_job, None),
}


def run_task(context: WorkerContext, task: Task, turn: Turn | None = None) -> bool:
    """Run a task: nothing if its batch is recorded, else the batch, and the stitch after the last batch.

    turn  tells whether the task may continue with the next batch; without it, that is queued

    Returns whether it continues: it is then to be run again. Raises errors that the photo did not cause; the
    worker then calls `try_again`.
    """
    records = context.stores.records
    step, position = records.begin(task.job_id, task.batch, MAX_ATTEMPTS)
    match step:
        case Step.GONE:
            context.photos.drop(task.job_id)
        case Step.RECORDED:
            pass
        case Step.POISON:
            _give_up(context, task.job_id, position)
        case Step.CLASSIFY | Step.FINISH:
            job = records.get(task.job_id)
            structlog.contextvars.bind_contextvars(job_id=job.id, request_id=job.request_id)
            return _run(context, job, task, position if step is Step.CLASSIFY else None, turn)
    return False


def _traced(job: Job, task: Task) -> AbstractContextManager[None]:
    if task.attempt == 0 and task.batch < job.streams:
        tracing.waited(job.trace, "queue", job.created_at)
    return tracing.continued(job.trace, "batch", job=job.id, batch=task.batch)


def try_again(context: WorkerContext, task: Task) -> None:
    """Put a failed task back if the photo is not the cause; after some attempts the job fails."""
    context.stores.tasks.put(task.again())


def refund_attempt(context: WorkerContext, task: Task) -> None:
    """Do not count the last attempt of a task: its failure was neither the photo's fault nor a bug."""
    context.stores.records.refund_attempt(task.job_id, task.batch)


def _run(context: WorkerContext, job: Job, task: Task, position: Position | None, turn: Turn | None) -> bool:
    """Classify the batch at a position, if there is one, and finish the job after the last batch."""
    continues = False
    at = task if position is None else replace(task, batch=position.batch)
    try:
        with BATCH_SECONDS.time(), _traced(job, at):
            done = _Done(is_last=True) if position is None else _classify(context, job, at, position, turn)
        if done.is_last:
            with tracing.continued(job.trace, "finish", job=job.id):
                _finish(context, job, done.searched)
        continues = done.continues
    except (Unreadable, TaskFailed) as refused:
        if context.stores.records.fail(job.id, str(refused)):
            JOBS.labels("error").inc()
            _log.info("job refused", reason=str(refused))
    return continues


@dataclass(frozen=True, slots=True)
class _Done:
    """What follows a batch."""

    is_last: bool  # whether it is the one that has to finish the job
    continues: bool = False  # whether its task continues with the next batch
    searched: Searched | None = None  # for the colour card, if the photo was searched meanwhile


def _classify(context: WorkerContext, job: Job, task: Task, position: Position, turn: Turn | None) -> _Done:
    batch = position.batch
    if job.kind is not JobKind.PHOTO:
        result = _ONE_BY_ONE[job.kind].do(context, job, task)
        if result is None:
            return _Done(is_last=False)
        done = _record(context, job, position, {batch: result})
        if job.kind is not JobKind.IMAGES:  # whose request may keep the image
            context.stores.blobs.remove(job.id, fetched_name(batch))
        return done
    indices = job.chunks_of(batch)
    classifier = context.classifier_of(job.model)
    photo = context.photos.get(job, classifier.manifest.preprocessing.input_px)
    chunks = grid(job.size)[indices.start : indices.stop]
    searched = None
    if job.threads > 1 and not classifier.manifest.sandboxed:  # whose process does one thing at a time
        classified, searched = classify_and_search(classifier, photo, chunks, job.threads)
    else:
        classified = classify_chunks(classifier, photo, chunks)
    results = dict(zip(indices, packed(classified), strict=True))
    done = _record(context, job, position, results, turn)
    if position.next_batch is None and not done.is_last:
        context.photos.drop(job.id)  # this stream is at its end, and another worker's will finish the job
    return replace(done, searched=searched)


def _record(
    context: WorkerContext,
    job: Job,
    position: Position,
    results: Mapping[int, bytes],
    turn: Turn | None = None,
) -> _Done:
    continues = position.next_batch is not None and turn is not None and turn.may_continue()
    # Results and next task appear together, or a crash between the two would break the stream.
    with context.stores.transaction() as pipeline:
        context.stores.records.record(job.id, position, results, time.time(), pipeline, continues=continues)
        if position.next_batch is not None and not continues:
            context.stores.tasks.put(next_task(job, position.next_batch), pipeline)
        recorded, *_ = pipeline.execute()
    return _Done(is_last=recorded == 1, continues=continues and recorded == 0)


def _finish(context: WorkerContext, job: Job, searched: Searched | None) -> None:
    if job.kind is JobKind.PHOTO:
        finish(context, job, searched)
    else:
        _ONE_BY_ONE[job.kind].finish(context, job)


def _give_up(context: WorkerContext, job_id: int, position: Position) -> None:
    batch = position.batch
    _log.error("job given up", job_id=job_id, batch=batch, attempts=MAX_ATTEMPTS)
    job = context.stores.records.get(job_id)
    abandon = None if job.kind is JobKind.PHOTO else _ONE_BY_ONE[job.kind].abandon
    what = (
        "collection could not be trained" if job.kind is JobKind.TRAINING else "photo could not be classified"
    )
    reason = (
        f"This {what}: the server tried {MAX_ATTEMPTS} times and failed each time."
        " Its operator finds the reason in the log."
    )
    if abandon is not None and context.stores.records.finisher(job.id) is None:
        # One photo of many: the others continue.
        abandoned = {batch: abandon(context, job, batch, reason)}
        if _record(context, job, replace(position, next_batch=None), abandoned).is_last:
            _ONE_BY_ONE[job.kind].finish(context, job)
        return
    if context.stores.records.fail(job_id, reason):
        JOBS.labels("given up").inc()
