"""The counter of missing chunks is what a walk over all open jobs finds, whatever happens to them."""

import pytest

from coralchunk.pipeline.records.keys import MISSING
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.stores import Stores
from tests.pipeline.conftest import Submit, WorkOff


def counted(stores: Stores) -> int:
    return stores.admission.load().missing_chunks


def walked(stores: Stores) -> int:
    stores.redis.delete(MISSING)
    return counted(stores)


@pytest.fixture(autouse=True)
def _begin_to_count(stores: Stores) -> None:
    assert counted(stores) == 0


def test_new_jobs_add_their_chunks(stores: Stores, send: Submit) -> None:
    send(1000, 800)
    send(300, 200)

    assert counted(stores) == 22 == walked(stores)


def test_results_take_their_chunks_away_once(stores: Stores, send: Submit, work_off: WorkOff) -> None:
    send(3904, 2440)
    work_off(2)

    in_work = counted(stores)

    assert 0 < in_work < 160
    assert in_work == walked(stores)
    work_off()
    assert counted(stores) == 0 == walked(stores)


@pytest.mark.parametrize("end", ["cancel", "fail", "forget"])
def test_an_end_takes_away_what_is_left(stores: Stores, send: Submit, work_off: WorkOff, end: str) -> None:
    send(300, 200)
    job_id = send(3904, 2440)
    work_off(3)
    before = counted(stores)

    if end == "cancel":
        cancel(stores, job_id)
    elif end == "fail":
        stores.records.fail(job_id, "damaged")
        stores.records.fail(job_id, "damaged")
    else:
        stores.records.erase(job_id)

    assert counted(stores) < before
    assert counted(stores) == walked(stores)


def test_a_data_folder_without_the_counter_is_counted(stores: Stores, send: Submit) -> None:
    send(1000, 800)
    stores.redis.delete(MISSING)
    send(300, 200)

    assert counted(stores) == 22


def test_the_counter_is_made_anew_now_and_then(stores: Stores, send: Submit) -> None:
    send(1000, 800)

    assert 0 < stores.redis.ttl(MISSING) <= 300
