"""Test several worker processes on one photo."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.records import keys
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.records.step import Position
from coralchunk.pipeline.stores import Stores, open_stores
from coralchunk.services import Services
from tests.pipeline.conftest import NOW
from tests.pipeline.test_way_of_a_photo import waiting
from tests.reef import jpeg
from tests.server import environment
from tests.waiting import PATIENCE_S, wait_for

RACERS = 4
ROOT = Path(__file__).parents[2]


@pytest.fixture
def racing(services: Services, tmp_path: Path) -> Iterator[Stores]:
    """The stores of a server with four worker processes at work."""
    settings = services.settings.model_copy(update={"workers": RACERS})
    variables = environment(DATA_DIR=str(settings.data_dir), WORKERS=str(RACERS))
    racers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.pipeline.racer", f"racer.{number}", str(tmp_path / "ledger")],
            env=variables | {"REDIS_URL": str(settings.redis_url)},
            cwd=ROOT,
        )
        for number in range(RACERS)
    ]
    stores = open_stores(settings, redis_timeout_s=5)
    wait_for(lambda: stores.tasks.workers() == RACERS, "four workers")
    yield stores
    for racer in racers:
        racer.terminate()
    assert [racer.wait(PATIENCE_S) for racer in racers] == [0] * RACERS
    stores.redis.close()


@pytest.mark.slow
def test_each_photo_is_stitched_exactly_once_however_many_workers_race_for_it(
    racing: Stores, tmp_path: Path, send_to: Callable[[Stores, bytes], int]
) -> None:
    photo = jpeg(1220, 1708)  # two streams of a batch each

    for _ in range(20):
        job_id = send_to(racing, photo)
        wait_for(lambda: get_job(racing, job_id).state is JobState.COMPLETED, "the answer")  # noqa: B023

    stitched = (tmp_path / "ledger").read_text().split()
    assert len(stitched) == len(set(stitched)) == 20


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(order=st.permutations([0, 1, 2, 3, 4, 0, 2, 4]))
def test_exactly_one_batch_is_told_to_finish_and_is_told_again(stores: Stores, order: list[int]) -> None:
    stores.redis.flushall()
    job_id = 7
    create(stores, job_id, batches=5)

    told = [(batch, record(stores, job_id, batch)) for batch in order]

    finishers = {batch for batch, answer in told if answer == 1}
    assert len(finishers) == 1
    last_new = next(number for number in range(len(order)) if len(set(order[: number + 1])) == 5)
    assert [batch for batch, answer in told[: last_new + 1] if answer == 1] == [order[last_new]]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(priorities=st.lists(st.integers(0, 2), max_size=30))
def test_small_photos_pass_photos_in_work_which_pass_new_ones(stores: Stores, priorities: list[int]) -> None:
    stores.redis.flushall()
    tasks = [Task(number, 0, priority) for number, priority in enumerate(priorities, start=1)]

    for task in tasks:
        stores.tasks.put(task)

    small, in_work, new = ([task for task in tasks if task.priority == priority] for priority in range(3))
    assert waiting(stores) == [*small, *reversed(in_work), *new]


def test_a_worker_goes_on_with_its_own_photo_though_another_one_was_left_for_a_small_one(
    stores: Stores,
) -> None:
    mine, left, small = Task(1, 1, priority=1), Task(2, 1, priority=1), Task(3, 0, priority=0)
    stores.tasks.put(small)
    stores.tasks.put(left)
    stores.redis.lpop(keys.QUEUE)  # the small one, by the worker that left the other

    stores.tasks.put(mine)

    assert waiting(stores) == [mine, left]


@given(
    job_id=st.integers(1, 2**53 - 1),
    batch=st.integers(0, 10**6),
    priority=st.integers(0, 2),
    attempt=st.integers(0, 99),
)
def test_a_task_can_be_read_back_from_its_name_in_the_queue(
    job_id: int, batch: int, priority: int, attempt: int
) -> None:
    task = Task(job_id, batch, priority, attempt)

    assert Task.from_key(task.key) == task
    assert task.again().priority <= 1


def test_a_task_that_a_dead_worker_had_popped_is_put_back_before_new_photos(stores: Stores) -> None:
    for number in (1, 2):
        stores.tasks.put(Task(number, 0, 2))
    popped = stores.redis.lmove("rq:queue:coralchunk", "rq:queue:coralchunk:intermediate", "LEFT", "RIGHT")

    put_back = stores.tasks.recover("nobody")

    assert popped == b"2-1-0-0"
    assert put_back == 1
    assert waiting(stores) == [Task(1, 0, 1, 1), Task(2, 0, 2)]
    assert stores.tasks.live_jobs() == {1, 2}


def create(stores: Stores, job_id: int, batches: int) -> None:
    fields = {
        "state": "queued",
        "total": batches,
        "batch": 1,
        "streams": 1,
        "expires": NOW,
        "high_priority": 0,
    }
    stores.redis.hset(f"coralchunk:job:{job_id}", mapping=fields)


def record(stores: Stores, job_id: int, batch: int) -> int:
    with stores.transaction() as pipeline:
        stores.records.record(job_id, Position(batch, batch), {batch: b"\0" * 12}, NOW, pipeline)
        return pipeline.execute()[0]
