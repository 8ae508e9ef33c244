"""Test trainings from a collection to a new version: real Redis, RQ, SQL, and a training process."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from typing_extensions import override

from coralchunk.errors import QueueDown, UnknownJob
from coralchunk.errors.training import AlreadyTraining, TooLittleToLearn
from coralchunk.pipeline.images.classify_now import classify_now
from coralchunk.pipeline.images.image_job import ImageRequest, RequestedModel
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import Job, JobKind
from coralchunk.pipeline.records.job_records import JobRecords
from coralchunk.pipeline.records.keys import Held
from coralchunk.pipeline.steps.sweep import reconcile_storage
from coralchunk.pipeline.stores import Stores, open_stores
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.pipeline.worker.sign_off import put_back_held
from coralchunk.services import Services
from coralchunk.storage.rows import classifier_versions
from coralchunk.storage.rows.classifier_versions import ClassifierVersion
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.rows.collections import TrainingState
from coralchunk.training.service import Trainings
from jobs.worker import ChunkWorker
from tests.reef import encoded
from tests.training.collections import NOW, Trainer, make_trainer
from tests.training.textures import texture
from tests.waiting import wait_for

Work = Callable[[], None]


@pytest.fixture
def trainer(services: Services, monkeypatch: pytest.MonkeyPatch) -> Trainer:
    """A collection of stripes and dots that has ten pictures of each."""
    monkeypatch.setenv("REDIS_URL", str(services.settings.redis_url))
    monkeypatch.setenv("CORALCHUNK_DATA_DIR", str(services.settings.data_dir))
    made = make_trainer(services, ["stripes", "dots"])
    made.add("stripes", range(10))
    made.add("dots", range(10))
    return made


@pytest.fixture
def work(context: WorkerContext) -> Work:
    """Runs a worker until the queue is empty."""
    return lambda: (
        ChunkWorker(f"tests.{os.urandom(4).hex()}", context).work(burst=True, logging_level="CRITICAL")
        and None
    )


def job_of(stores: Stores, job_id: int) -> Job:
    return get_job(stores, job_id, kind=JobKind.TRAINING)


def versions(trainer: Trainer) -> list[ClassifierVersion]:
    with trainer.services.accounts.database.reading() as connection:
        return classifier_versions.versions_of(connection, [trainer.collection.classifier_id])


def finish(stores: Stores, job_id: int, work: Work) -> Job:
    """Work until a training has ended."""

    def is_over() -> bool:
        return job_of(stores, job_id).state.is_final

    while not is_over():
        work()
        wait_for(lambda: is_over() or stores.admission.load().tasks, "the training process")
    return job_of(stores, job_id)


def training_pid(stores: Stores, job_id: int) -> int:
    """Return the id of the process that trains a job."""

    def found() -> list[int]:
        return [
            int(folder.name)
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and _command(folder) == f"coralchunk.training {job_id}"
        ]

    return wait_for(found, "the training process")[0]


def _command(folder: Path) -> str:
    try:
        return " ".join((folder / "cmdline").read_bytes().decode().split("\0")[3:5])
    except OSError:
        return ""


def test_a_trained_collection_answers_for_new_pictures(
    trainer: Trainer, stores: Stores, context: WorkerContext, work: Work
) -> None:
    job_id = trainer.begin()
    assert trainer.now().training_state == TrainingState.TRAINING

    job = finish(stores, job_id, work)

    assert job.error is None
    trained = trainer.now()
    assert (trained.training_state, trained.current_number) == (TrainingState.TRAINED, 1)
    (version,) = versions(trainer)
    assert version.figures["accuracy"] == 1.0
    assert [label["name"] for label in version.labels] == ["stripes", "dots"]
    request = ImageRequest(models=(RequestedModel(model=str(version.model)),), urls=(None,) * 6)
    new = [encoded(texture(name, 500 + seed), "PNG") for seed in range(3) for name in ("stripes", "dots")]
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(classify_now, stores, request, new, "", NOW)
        while not told.done():
            work()
    answers = [one.answers[0].numbers for one in told.result()]
    assert [numbers.index(max(numbers)) for numbers in answers] == [0, 1] * 3


def test_training_again_makes_the_next_version_and_leaves_the_first(
    trainer: Trainer, stores: Stores, work: Work
) -> None:
    finish(stores, trainer.begin(), work)
    (first,) = versions(trainer)

    finish(stores, trainer.begin(now=NOW + 60), work)

    again, second = versions(trainer)
    assert again == first
    assert (second.number, trainer.now().current_number) == (2, 2)
    assert [trainer.services.models.find(version.model).version for version in (first, second)] == ["1", "2"]


@pytest.mark.parametrize(
    ("min_images", "says"),
    [pytest.param(11, "'stripes' has 10, 'dots' has 10", id="of every label")],
)
def test_a_collection_with_too_few_images_is_refused_in_words(
    trainer: Trainer, stores: Stores, min_images: int, says: str
) -> None:
    with pytest.raises(TooLittleToLearn, match=says):
        trainer.begin(min_images)

    assert trainer.now().training_state == TrainingState.NONE
    assert stores.records.all_ids() == []


def test_a_collection_is_trained_once_at_a_time(trainer: Trainer, stores: Stores) -> None:
    trainer.begin()

    with pytest.raises(AlreadyTraining):
        trainer.begin()

    assert len(stores.records.all_ids()) == 1


def test_a_deleted_collection_ends_its_training(trainer: Trainer, stores: Stores, work: Work) -> None:
    job_id = trainer.begin()
    work()
    pid = training_pid(stores, job_id)

    trainer.trainings.delete(trainer.now())

    wait_for(lambda: not Path(f"/proc/{pid}").exists(), "the end of the process")
    wait_for(lambda: not stores.redis.zcard(Held.TRAININGS), "the slot being free")
    work()
    with pytest.raises(UnknownJob):
        job_of(stores, job_id)
    assert versions(trainer) == []
    folder = stores.settings.data_dir / "trained-models"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_training_whose_process_is_killed_begins_again(
    trainer: Trainer, stores: Stores, work: Work
) -> None:
    job_id = trainer.begin()
    work()
    os.kill(training_pid(stores, job_id), signal.SIGKILL)

    job = finish(stores, job_id, work)

    assert job.error is None
    assert [version.number for version in versions(trainer)] == [1]


def test_a_training_that_kills_its_process_again_and_again_is_given_up(
    trainer: Trainer, stores: Stores, work: Work
) -> None:
    job_id = trainer.begin()
    for _ in range(3):
        wait_for(lambda: stores.admission.load().tasks, "the task")
        work()
        os.kill(training_pid(stores, job_id), signal.SIGKILL)

    job = finish(stores, job_id, work)

    assert "tried 3 times" in str(job.error)
    settled = trainer.trainings.settled(trainer.now(), NOW)
    assert (settled.training_state, settled.training_error) == (TrainingState.FAILED, job.error)


def test_the_second_training_waits_for_the_first(trainer: Trainer, stores: Stores, work: Work) -> None:
    first = trainer.begin()
    work()
    other = make_second(trainer)
    second = other.begin()
    work()
    assert stores.redis.llen(Held.TRAININGS.parked) == 1

    assert finish(stores, first, work).error is None
    assert finish(stores, second, work).error is None


def make_second(trainer: Trainer) -> Trainer:
    datasets = trainer.services.datasets
    collection = datasets.collections.create(
        datasets.workspaces.default(1, NOW),
        ClassifierKind.TRAINING_SET,
        "multi_class",
        "Other",
        None,
        NOW,
    )
    for label in trainer.labels:
        datasets.collections.add_label(collection, label)
    return Trainer(trainer.services, trainer.trainings, collection, trainer.labels)


def test_a_worker_that_stops_hands_its_training_on(trainer: Trainer, stores: Stores, work: Work) -> None:
    job_id = trainer.begin()
    work()
    pid = training_pid(stores, job_id)

    put_back_held(stores)
    os.kill(pid, signal.SIGKILL)

    assert stores.redis.zcard(Held.TRAININGS) == 0
    assert finish(stores, job_id, work).error is None
    assert [version.number for version in versions(trainer)] == [1]


def test_a_training_that_redis_has_forgotten_is_queued_again(
    trainer: Trainer, stores: Stores, work: Work
) -> None:
    job_id = trainer.begin()
    stores.redis.flushall()
    changed_at = next(folder.changed_at for folder in stores.blobs.folders())

    reconcile_storage(stores, changed_at + 60)

    assert finish(stores, job_id, work).error is None
    assert trainer.now().training_state == TrainingState.TRAINED


def test_a_training_that_cannot_be_queued_leaves_the_collection_as_it_was(trainer: Trainer) -> None:
    nobody = trainer.services.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    cut_off = Trainings(
        trainer.services.accounts.database,
        open_stores(nobody, redis_timeout_s=1),
        trainer.services.datasets.collections,
    )

    with pytest.raises(QueueDown):
        cut_off.begin(trainer.now(), 3, "user-1", NOW)

    assert trainer.now().training_state == TrainingState.NONE


def test_a_training_that_takes_too_long_is_ended_and_says_so(
    trainer: Trainer, context: WorkerContext, stores: Stores
) -> None:
    hurried = replace(
        context,
        stores=replace(stores, settings=stores.settings.model_copy(update={"training_timeout": 1})),
    )
    for seed in range(20, 60):
        trainer.add("dots", [seed])
    job_id = trainer.begin()

    job = finish(
        stores,
        job_id,
        lambda: (
            ChunkWorker(f"tests.{os.urandom(4).hex()}", hurried).work(burst=True, logging_level="CRITICAL")
            and None
        ),
    )

    assert "longer than 1 s" in str(job.error)
    assert trainer.trainings.settled(trainer.now(), NOW).training_state == TrainingState.FAILED


class CutOff(JobRecords):
    """Records in a Redis that does not answer once."""

    cuts = 0

    @override
    def exists(self, job_id: int) -> bool:
        if self.cuts == 0:
            self.cuts += 1
            raise RedisConnectionError
        return super().exists(job_id)


def test_a_training_whose_worker_could_not_reach_redis_begins_again(
    trainer: Trainer, context: WorkerContext, stores: Stores
) -> None:
    records = CutOff(stores.redis)
    cut_off = replace(context, stores=replace(stores, records=records))
    job_id = trainer.begin()

    job = finish(
        stores,
        job_id,
        lambda: (
            ChunkWorker(f"tests.{os.urandom(4).hex()}", cut_off).work(burst=True, logging_level="CRITICAL")
            and None
        ),
    )

    assert records.cuts == 1
    assert job.error is None
    assert trainer.now().training_state == TrainingState.TRAINED
