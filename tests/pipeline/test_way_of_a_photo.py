"""Test submit, classify, finish and cancel on a real Redis, with a real RQ worker."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from io import BytesIO
from typing import IO

import numpy as np
import pytest
from typing_extensions import override

from coralchunk.arrays import Pixels, Probabilities
from coralchunk.errors import QueueDown, UnknownJob
from coralchunk.inference.classifier import Classifier
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.steps import classify as batch
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.steps.submit import submit
from coralchunk.pipeline.stores import Stores, open_stores
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.storage.files.blobs import CHUNKS, PHOTO, PICTURE, SUMMARY, Blobs
from coralchunk.storage.files.previews import PREVIEW
from coralchunk.storage.objects.places import open_job_store
from coralchunk.terms import Size
from tests.pipeline.conftest import NOW, Submit, WorkOff
from tests.reef import encoded, jpeg, reef

LARGE = (3904, 2440)  # 160 chunks: more than one batch a stream


class Interrupted(Blobs):
    """A store in which something happens just before the picture is kept."""

    def __init__(self, stores: Stores, happens: object) -> None:
        super().__init__(open_job_store(stores.settings))
        self._happens = happens

    @override
    def write(self, job_id: int, name: str, content: IO[bytes]) -> None:
        if name == PICTURE:
            assert callable(self._happens)
            self._happens()
        super().write(job_id, name, content)


class Disturbed(Classifier):
    """The bundled model; something happens before it classifies the windows of a batch."""

    def __init__(self, context: WorkerContext, happens: object) -> None:
        self._real, self.manifest, self._happens = context.classifier, context.classifier.manifest, happens  # type: ignore[misc]

    @property
    @override
    def cpu_s(self) -> float:
        return self._real.cpu_s

    @override
    def probabilities(self, windows: Iterable[Pixels], scene: np.ndarray) -> Probabilities:
        assert callable(self._happens)
        cut = list(windows)
        self._happens(cut)
        return self._real.probabilities(cut, scene)


def stored(stores: Stores, job_id: int) -> set[str]:
    folder = stores.settings.data_dir / "jobs" / str(job_id)
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def waiting(stores: Stores) -> list[Task]:
    keys = stores.redis.lrange("rq:queue:coralchunk", 0, -1)
    return [Task.from_key(key.decode()) for key in keys]


def test_a_submitted_photo_is_on_disk_byte_for_byte_and_queued(stores: Stores) -> None:
    photo = jpeg(700, 500)

    job_id = submit(stores, BytesIO(photo), NOW, request_id="test")

    job = get_job(stores, job_id)
    assert stores.blobs.read(job_id, PHOTO) == photo
    assert (job.state, job.size, job.total_chunks) == (JobState.QUEUED, Size(700, 500), 9)
    assert job.expires_at == NOW + stores.settings.result_ttl


def test_a_worker_whose_lane_has_ended_frees_the_photo(
    stores: Stores, context: WorkerContext, send: Submit, work_off: WorkOff
) -> None:
    job_id = send()
    work_off(1)
    stores.blobs.delete(job_id)

    with pytest.raises(FileNotFoundError):
        context.photos.get(get_job(stores, job_id))


def test_a_worker_brings_a_photo_to_its_answer(stores: Stores, send: Submit, work_off: WorkOff) -> None:
    job_id = send(*LARGE)

    work_off()

    job = get_job(stores, job_id)
    assert (job.state, job.completed_chunks) == (JobState.COMPLETED, 160)
    assert job.picture == Size(1952, 1220)
    assert len(json.loads(stores.blobs.read(job_id, CHUNKS))) == 160
    assert stored(stores, job_id) == {PHOTO, PICTURE, PREVIEW, SUMMARY, CHUNKS}
    assert waiting(stores) == []


def test_a_photo_never_has_more_tasks_in_flight_than_lanes(
    stores: Stores, send: Submit, work_off: WorkOff
) -> None:
    job_id = send(*LARGE)

    for _ in range(get_job(stores, job_id).batches):
        assert len(waiting(stores)) <= get_job(stores, job_id).streams == 2
        work_off(1)

    assert get_job(stores, job_id).state is JobState.COMPLETED


def test_a_task_that_runs_again_changes_nothing(stores: Stores, context: WorkerContext, send: Submit) -> None:
    job_id = send()
    tasks = waiting(stores)
    for task in tasks:
        batch.run_task(context, task)
    before = [stores.blobs.read(job_id, part) for part in (PICTURE, SUMMARY, CHUNKS)]

    for task in [*tasks, *tasks]:
        batch.run_task(context, task)

    job = get_job(stores, job_id)
    assert (job.state, job.completed_chunks) == (JobState.COMPLETED, 40)
    assert [stores.blobs.read(job_id, part) for part in (PICTURE, SUMMARY, CHUNKS)] == before


def test_a_batch_that_runs_again_before_the_end_counts_its_chunks_once(
    stores: Stores, context: WorkerContext, send: Submit
) -> None:
    job_id = send()
    first, *_ = waiting(stores)

    batch.run_task(context, first)
    batch.run_task(context, first)

    job = get_job(stores, job_id)
    assert (job.state, job.completed_chunks) == (JobState.PROCESSING, 20)


@pytest.mark.parametrize("finished", [False, True], ids=["before it begins", "after it is completed"])
def test_a_deleted_job_is_gone_with_all_its_files_and_never_comes_back(
    stores: Stores, send: Submit, work_off: WorkOff, finished: bool
) -> None:
    job_id = send()
    if finished:
        work_off()

    cancel(stores, job_id)
    work_off()

    assert stored(stores, job_id) == set()
    assert waiting(stores) == []
    with pytest.raises(UnknownJob):
        get_job(stores, job_id)
    with pytest.raises(UnknownJob):
        cancel(stores, job_id)


def test_a_job_deleted_while_its_chunks_are_judged_writes_nothing_more(
    stores: Stores, context: WorkerContext, send: Submit, work_off: WorkOff
) -> None:
    job_id = send(*LARGE)
    disturbed = replace(context, classifier=Disturbed(context, lambda _: cancel(stores, job_id)))

    work_off(1, on=disturbed)
    work_off()

    left = [key for key in stores.redis.keys(f"*{job_id}*") if b"rq:" not in key]
    assert left == [f"coralchunk:job:{job_id}".encode()]
    assert stores.redis.hgetall(left[0]) == {b"state": b"deleted"}
    assert stored(stores, job_id) == set()
    assert waiting(stores) == []


def test_a_job_deleted_while_it_is_stitched_leaves_no_file(
    stores: Stores, context: WorkerContext, send: Submit, work_off: WorkOff
) -> None:
    job_id = send()
    blobs = Interrupted(stores, lambda: cancel(stores, job_id))

    work_off(on=replace(context, stores=replace(stores, blobs=blobs)))

    assert stored(stores, job_id) == set()
    with pytest.raises(UnknownJob):
        get_job(stores, job_id)


def test_a_photo_that_trips_a_bug_is_given_up_after_three_attempts_and_takes_no_other_with_it(
    stores: Stores, context: WorkerContext, send: Submit, work_off: WorkOff
) -> None:
    poison, innocent = send(200, 200), send(300, 500)
    attempts: list[int] = []

    def trip(windows: list[Pixels]) -> None:
        if len(windows) == 1:
            attempts.append(1)
            raise ZeroDivisionError

    work_off(on=replace(context, classifier=Disturbed(context, trip)))

    given_up = get_job(stores, poison)
    assert (given_up.state, len(attempts)) == (JobState.ERROR, 3)
    assert "tried 3 times" in str(given_up.error)
    assert get_job(stores, innocent).state is JobState.COMPLETED


def test_a_bug_that_goes_away_costs_an_attempt_and_no_photo(
    stores: Stores, context: WorkerContext, send: Submit, work_off: WorkOff
) -> None:
    job_id = send(300, 300)
    failures = [ZeroDivisionError(), OSError("the disk")]

    def trip(_windows: list[Pixels]) -> None:
        if failures:
            raise failures.pop()

    work_off(on=replace(context, classifier=Disturbed(context, trip)))

    assert get_job(stores, job_id).state is JobState.COMPLETED


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda: encoded(reef(900, 900), "PNG")[:4000], "damaged or incomplete", id="cut off"),
        pytest.param(
            lambda: jpeg(301, 300), "its header says 300 x 300", id="of another size than its header said"
        ),
    ],
)
def test_a_stored_photo_that_does_not_decode_ends_in_words_for_a_diver(
    stores: Stores, send: Submit, work_off: WorkOff, make: Callable[[], bytes], says: str
) -> None:
    job_id = send(300, 300)
    stores.blobs.write(job_id, PHOTO, BytesIO(make()))

    work_off()

    job = get_job(stores, job_id)
    assert job.state is JobState.ERROR
    assert says in str(job.error)
    assert waiting(stores) == []


def test_nothing_is_kept_of_a_photo_that_cannot_be_queued(stores: Stores) -> None:
    nobody = stores.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    cut_off = open_stores(nobody, redis_timeout_s=1)

    with pytest.raises(QueueDown):
        submit(cut_off, BytesIO(jpeg(300, 300)), NOW, request_id="test")

    assert list(stores.blobs.folders()) == []


def test_a_task_that_is_not_on_the_allow_list_is_not_run(
    stores: Stores, send: Submit, work_off: WorkOff
) -> None:
    stray = stores.settings.data_dir / "stray"
    stray.mkdir(parents=True)
    stores.tasks.put(Task(1, 0, 0))
    stores.redis.hset("rq:job:0-1-0-0", "data", json.dumps(["os.rmdir", None, [str(stray)], {}]))
    job_id = send(300, 300)

    work_off()

    assert stray.is_dir()
    assert get_job(stores, job_id).state is JobState.COMPLETED
