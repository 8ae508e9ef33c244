"""Test that waiting requests are notified of changes and do not poll."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from coralchunk.errors import UnknownJob
from coralchunk.pipeline.queries import lookup
from coralchunk.pipeline.queries.lookup import get_job, wait_for_change
from coralchunk.pipeline.records import keys
from coralchunk.pipeline.records.job import Job, JobState
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.stores import Stores, open_stores
from tests.pipeline.conftest import Submit, WorkOff
from tests.waiting import PATIENCE_S, wait_for

NEVER_S = 100 * PATIENCE_S


@pytest.fixture
def waits_for_end(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[int], "Future[Job]"]]:
    """Waits for the end of a job, and reads it only when it is notified of a change."""
    monkeypatch.setattr(lookup, "_LOOK_EVERY_S", NEVER_S)
    pool = ThreadPoolExecutor(1)

    def wait(job_id: int) -> "Future[Job]":
        looked = threading.Event()

        def has_changed(job: Job) -> bool:
            if stores.notifications.is_listening:
                looked.set()
            return job.state.is_final

        waiting = pool.submit(wait_for_change, stores, job_id, has_changed, NEVER_S)
        assert looked.wait(PATIENCE_S)
        return waiting

    yield wait
    pool.shutdown()


def test_the_end_of_a_job_is_told(
    send: Submit, work_off: WorkOff, waits_for_end: Callable[[int], "Future[Job]"]
) -> None:
    waiting = waits_for_end(send())

    work_off()

    assert waiting.result(PATIENCE_S).state is JobState.COMPLETED


def test_each_batch_is_told(
    stores: Stores, send: Submit, work_off: WorkOff, waits_for_end: Callable[[int], "Future[Job]"]
) -> None:
    job_id = send()
    waiting = waits_for_end(job_id)
    with (
        stores.notifications.subscribe(job_id) as changed,
        stores.notifications.subscribe(send(seed=2)) as other,
    ):
        work_off(1)

        assert changed.wait(PATIENCE_S)
        assert not other.is_set()
        assert get_job(stores, job_id).completed_chunks == 20
    work_off()
    assert waiting.result(PATIENCE_S).state is JobState.COMPLETED


def test_a_deletion_is_told(
    stores: Stores, send: Submit, waits_for_end: Callable[[int], "Future[Job]"]
) -> None:
    job_id = send()
    waiting = waits_for_end(job_id)

    cancel(stores, job_id)

    with pytest.raises(UnknownJob):
        waiting.result(PATIENCE_S)


def test_a_lost_line_is_taken_up_again(
    stores: Stores, send: Submit, work_off: WorkOff, waits_for_end: Callable[[int], "Future[Job]"]
) -> None:
    first = waits_for_end(send())

    assert stores.redis.client_kill_filter(_type="pubsub") >= 1

    with stores.notifications.subscribe(7) as told:
        wait_for(
            lambda: stores.redis.publish(keys.CHANGES, keys.job(7)) and told.is_set(), "the line being back"
        )
    work_off()
    assert first.result(PATIENCE_S).state is JobState.COMPLETED


def test_a_line_that_cannot_be_had_is_given_up_when_nobody_waits(stores: Stores) -> None:
    settings = stores.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    gone = open_stores(settings, redis_timeout_s=1)

    with gone.notifications.subscribe(7) as changed:
        assert not changed.wait(0.1)
        assert not gone.notifications.is_listening

    wait_for(
        lambda: "notifications" not in {thread.name for thread in threading.enumerate()},
        "the subscription's end",
    )
