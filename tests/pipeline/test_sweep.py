"""Test that the sweep repairs what crashes, lost writes and time leave behind."""

import os
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from coralchunk.errors import UnknownJob
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.steps import classify as batch
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.steps.sweep import reconcile_storage, sweep
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.storage.files.blobs import CHUNKS, PHOTO, PICTURE
from tests.pipeline.conftest import NOW, Submit, WorkOff
from tests.pipeline.test_way_of_a_photo import LARGE, Interrupted, waiting


def folder(stores: Stores, job_id: int) -> Path:
    return stores.settings.data_dir / "jobs" / str(job_id)


def stored_at(stores: Stores, job_id: int, when: float) -> None:
    os.utime(folder(stores, job_id) / PHOTO, (when, when))


def lose_the_queue(stores: Stores) -> None:
    stores.redis.delete(*[key for key in stores.redis.keys("rq:*") if b"worker" not in key])


def test_a_stalled_job_goes_on_with_its_missing_batches_only(
    stores: Stores, send: Submit, work_off: WorkOff
) -> None:
    job_id = send(*LARGE)
    work_off(3)
    done = get_job(stores, job_id).completed_chunks
    lose_the_queue(stores)

    sweep(stores, NOW)

    job = get_job(stores, job_id)
    missing = stores.records.missing_batches(job)
    assert 0 < done < 160
    assert {task.batch for task in waiting(stores)} <= set(missing)
    assert len(waiting(stores)) == len({number % job.streams for number in missing})
    work_off()
    assert get_job(stores, job_id).state is JobState.COMPLETED


def test_a_job_that_only_lacks_its_stitch_is_stitched(
    stores: Stores, context: WorkerContext, send: Submit, work_off: WorkOff
) -> None:
    job_id = send(200, 200)

    def power_cut() -> None:
        raise OSError("power cut")

    blobs = Interrupted(stores, power_cut)
    (task,) = waiting(stores)
    with pytest.raises(OSError, match="power cut"):
        batch.run_task(replace(context, stores=replace(stores, blobs=blobs)), task)
    lose_the_queue(stores)

    sweep(stores, NOW)
    work_off()

    assert get_job(stores, job_id).state is JobState.COMPLETED


def test_a_job_with_work_in_the_queue_is_left_alone(stores: Stores, send: Submit) -> None:
    send(*LARGE)
    before = waiting(stores)

    sweep(stores, NOW)

    assert waiting(stores) == before


def test_a_swept_job_that_is_completed_stays_as_it_is(
    stores: Stores, send: Submit, work_off: WorkOff
) -> None:
    job_id = send(300, 300)
    work_off()
    before = get_job(stores, job_id)

    sweep(stores, NOW)

    assert (get_job(stores, job_id), waiting(stores)) == (before, [])


def test_a_forgotten_upload_is_put_back_after_redis_has_lost_everything(
    stores: Stores, send: Submit, work_off: WorkOff
) -> None:
    job_id = send()
    stored_at(stores, job_id, NOW)
    stores.redis.flushall()

    reconcile_storage(stores, NOW + 60)
    work_off()

    job = get_job(stores, job_id)
    assert (job.state, job.created_at) == (JobState.COMPLETED, NOW)


def test_an_answer_is_made_again_when_redis_has_forgotten_its_job(
    stores: Stores, send: Submit, work_off: WorkOff
) -> None:
    job_id = send(300, 300)
    work_off()
    before = stores.blobs.read(job_id, CHUNKS)
    stored_at(stores, job_id, NOW)
    stores.redis.flushall()

    reconcile_storage(stores, NOW + 60)
    work_off()

    assert get_job(stores, job_id).state is JobState.COMPLETED
    assert stores.blobs.read(job_id, CHUNKS) == before


def test_an_upload_that_is_just_being_accepted_is_left_to_its_request(stores: Stores, send: Submit) -> None:
    job_id = send(300, 300)
    stored_at(stores, job_id, NOW)
    stores.redis.flushall()

    reconcile_storage(stores, NOW + 10)

    assert waiting(stores) == []
    assert (folder(stores, job_id) / PHOTO).exists()


@pytest.mark.parametrize("case", ["too old", "damaged", "without its photo"])
def test_files_that_can_be_of_no_use_are_removed(stores: Stores, send: Submit, case: str) -> None:
    job_id = send(300, 300)
    if case == "damaged":
        stores.blobs.write(job_id, PHOTO, BytesIO(b"no photo"))
    stored_at(stores, job_id, NOW)
    if case == "without its photo":
        (folder(stores, job_id) / PHOTO).rename(folder(stores, job_id) / PICTURE)
    stores.redis.flushall()

    reconcile_storage(stores, NOW + (stores.settings.result_ttl if case == "too old" else 60))

    assert not folder(stores, job_id).exists()
    assert waiting(stores) == []


def test_a_job_in_work_keeps_its_files_when_tidied(stores: Stores, send: Submit) -> None:
    job_id = send(200, 200)
    stored_at(stores, job_id, NOW)

    reconcile_storage(stores, NOW + 1000)

    assert (folder(stores, job_id) / PHOTO).exists()
    assert len(waiting(stores)) == 1


def test_a_deleted_job_is_not_put_back_from_files_that_were_not_removed(stores: Stores, send: Submit) -> None:
    job_id = send(300, 300)
    photo = stores.blobs.read(job_id, PHOTO)
    cancel(stores, job_id)
    stores.redis.delete("rq:queue:coralchunk")
    stores.blobs.write(job_id, PHOTO, BytesIO(photo))
    stored_at(stores, job_id, NOW)

    reconcile_storage(stores, NOW + 60)

    assert waiting(stores) == []
    with pytest.raises(UnknownJob):
        get_job(stores, job_id)


@pytest.mark.parametrize("finished", [True, False], ids=["a completed job", "a job that still waits"])
def test_a_job_and_its_files_are_gone_when_its_time_is_over(
    stores: Stores, send: Submit, work_off: WorkOff, finished: bool
) -> None:
    job_id = send(300, 300)
    if finished:
        work_off()

    sweep(stores, NOW + stores.settings.result_ttl - 1)
    kept = folder(stores, job_id).exists()
    sweep(stores, NOW + stores.settings.result_ttl)

    assert kept
    assert not folder(stores, job_id).exists()
    with pytest.raises(UnknownJob):
        get_job(stores, job_id)


def test_files_are_removed_of_a_job_whose_record_redis_has_expired_itself(
    stores: Stores, send: Submit
) -> None:
    job_id = send(300, 300)
    stores.redis.delete(f"coralchunk:job:{job_id}")

    sweep(stores, NOW + stores.settings.result_ttl)

    assert not folder(stores, job_id).exists()
    assert stores.records.expired(NOW * 2) == []


def test_an_open_job_without_a_record_is_forgotten(stores: Stores, send: Submit) -> None:
    job_id = send(300, 300)
    stores.redis.delete(f"coralchunk:job:{job_id}")
    lose_the_queue(stores)

    sweep(stores, NOW)

    assert stores.records.open_jobs() == {}
    assert waiting(stores) == []
