"""Test workers that continue with the next batch of a photo without returning to the queue."""

import signal
from dataclasses import replace

import pytest

from coralchunk.arrays import Pixels
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.queue.task import Priority, Task
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.steps import classify as batch
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.pipeline.worker.turn import Stop, Turn
from jobs.worker import ChunkWorker
from tests.pipeline.conftest import Submit, WorkOff
from tests.pipeline.test_way_of_a_photo import LARGE, Disturbed, waiting


def test_one_task_classifies_a_whole_stream_while_nothing_else_waits(
    stores: Stores, context: WorkerContext, send: Submit
) -> None:
    job_id = send(*LARGE)  # two streams of two batches each

    ChunkWorker("tests.whole-streams", context).work(burst=True, max_jobs=2, logging_level="CRITICAL")

    assert get_job(stores, job_id).state is JobState.COMPLETED
    assert waiting(stores) == []


def test_a_task_that_is_done_leaves_nothing_in_redis(stores: Stores, send: Submit, work_off: WorkOff) -> None:
    job_id = send()

    work_off()

    assert get_job(stores, job_id).state is JobState.COMPLETED
    assert stores.redis.keys("rq:job*") == stores.redis.keys("rq:exec*") == stores.redis.keys("rq:wip*") == []


def test_a_small_photo_that_arrives_meanwhile_comes_before_the_next_batch(
    stores: Stores, context: WorkerContext, send: Submit
) -> None:
    large, small = send(*LARGE), []
    disturbed = Disturbed(context, lambda _: small.append(send(300, 200)) if not small else None)

    ChunkWorker("tests.small-first", replace(context, classifier=disturbed)).work(
        burst=True, max_jobs=2, logging_level="CRITICAL"
    )

    assert get_job(stores, small[0]).state is JobState.COMPLETED
    assert get_job(stores, large).completed_chunks < 160


def test_a_task_that_is_put_back_begins_at_the_batch_where_its_worker_was(
    stores: Stores, context: WorkerContext, send: Submit, work_off: WorkOff
) -> None:
    job_id = send(*LARGE)
    first, _ = waiting(stores)
    classified: list[int] = []

    def crash_in_the_second_batch(windows: list[Pixels]) -> None:
        classified.append(len(windows))
        if len(classified) == 2:
            raise ZeroDivisionError

    crashing = replace(context, classifier=Disturbed(context, crash_in_the_second_batch))
    assert batch.run_task(crashing, first, crashing.turn())
    with pytest.raises(ZeroDivisionError):
        batch.run_task(crashing, first, crashing.turn())
    batch.try_again(crashing, first)
    before = get_job(stores, job_id).completed_chunks

    work_off(on=crashing)

    assert before == classified[0]
    assert get_job(stores, job_id).state is JobState.COMPLETED
    assert sum(classified) == 160 + classified[1]  # only the batch of the crash was repeated


def test_a_batch_that_ends_its_worker_each_time_is_given_up_wherever_the_task_began(
    stores: Stores, context: WorkerContext, send: Submit
) -> None:
    job_id = send(*LARGE)
    first, _ = waiting(stores)
    assert batch.run_task(context, first, context.turn())

    for _ in range(batch.MAX_ATTEMPTS):
        stores.records.begin(job_id, first.batch, batch.MAX_ATTEMPTS)  # and then the process was killed
    batch.run_task(context, first.again(), context.turn())

    assert get_job(stores, job_id).state is JobState.ERROR


@pytest.mark.parametrize(
    ("priority", "continues"),
    [(Priority.HIGH, False), (Priority.CONTINUED, True), (Priority.NORMAL, True), (None, True)],
)
def test_only_a_task_of_high_priority_ends_a_turn(
    stores: Stores, priority: Priority | None, continues: bool
) -> None:
    if priority is not None:
        stores.tasks.put(Task(1, 0, priority))

    assert Turn(stores, Stop(), 60).may_continue() is continues


def test_a_turn_ends_with_its_time_and_with_its_worker(stores: Stores) -> None:
    assert not Turn(stores, Stop(), 0).may_continue()
    assert not Turn(stores, Stop(is_requested=True), 60).may_continue()


def test_a_worker_that_is_told_to_end_puts_the_rest_of_its_photo_back(
    stores: Stores, context: WorkerContext, send: Submit
) -> None:
    job_id = send(*LARGE)
    disturbed = Disturbed(context, lambda _: signal.raise_signal(signal.SIGTERM))

    ChunkWorker("tests.told-to-end", replace(context, classifier=disturbed)).work(logging_level="CRITICAL")

    assert get_job(stores, job_id).completed_chunks == 40
    assert len(waiting(stores)) == 2
