"""Whoever waits for a job is told of its changes, and does not have to look."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from coralchunk.errors import UnknownJob
from coralchunk.pipeline import keys, lookup
from coralchunk.pipeline.cancel import cancel
from coralchunk.pipeline.job import Job, JobState
from coralchunk.pipeline.lookup import find, watch
from coralchunk.pipeline.stores import Stores, open_stores
from tests.pipeline.conftest import Submit, WorkOff
from tests.waiting import PATIENCE_S, wait_for

NEVER_S = 100 * PATIENCE_S


@pytest.fixture
def waits_for_end(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[int], "Future[Job]"]]:
    """Begins to wait for the end of a job, and looks only when it is told of a change."""
    monkeypatch.setattr(lookup, "_LOOK_EVERY_S", NEVER_S)
    pool = ThreadPoolExecutor(1)

    def wait(job_id: int) -> "Future[Job]":
        looked = threading.Event()

        def is_news(job: Job) -> bool:
            if stores.news.is_listening:
                looked.set()
            return job.state.is_final

        waiting = pool.submit(watch, stores, job_id, is_news, NEVER_S)
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
    with stores.news.of(job_id) as changed, stores.news.of(send(seed=2)) as other:
        work_off(1)

        assert changed.wait(PATIENCE_S)
        assert not other.is_set()
        assert find(stores, job_id).completed_chunks == 20
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

    with stores.news.of(7) as told:
        wait_for(
            lambda: stores.redis.publish(keys.NEWS, keys.job(7)) and told.is_set(), "the line being back"
        )
    work_off()
    assert first.result(PATIENCE_S).state is JobState.COMPLETED


def test_a_line_that_cannot_be_had_is_given_up_when_nobody_waits(stores: Stores) -> None:
    settings = stores.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    gone = open_stores(settings, redis_timeout_s=1)

    with gone.news.of(7) as changed:
        assert not changed.wait(0.1)
        assert not gone.news.is_listening

    wait_for(lambda: "news" not in {thread.name for thread in threading.enumerate()}, "the listener's end")
