"""Test the classification of whole images while a request waits, with a real RQ worker."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from coralchunk.errors.access import JobFailed
from coralchunk.errors.training import NotClassifiedInTime
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.grid import grid
from coralchunk.pipeline.images.classify_now import classify_now
from coralchunk.pipeline.images.image_job import (
    ClassifiedPicture,
    ImageRequest,
    RequestedModel,
    submit_image_job,
)
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import JobKind, JobState
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.terms import CLASSES
from tests.coralnet.host import ImageHost
from tests.pipeline.conftest import NOW, WorkOff
from tests.reef import jpeg
from tests.waiting import wait_for

Ask = Callable[..., tuple[ClassifiedPicture, ...]]


@pytest.fixture
def host() -> Iterator[ImageHost]:
    running = ImageHost()
    yield running
    running.close()


@pytest.fixture
def fetching(context: WorkerContext, host: ImageHost) -> WorkerContext:
    changed = {"fetch_urls": True, "fetch_allow": (f"127.0.0.1:{host.port}",), "max_upload_mb": 1}
    settings = context.stores.settings.model_copy(update=changed)
    return replace(context, stores=replace(context.stores, settings=settings))


@pytest.fixture
def ask(fetching: WorkerContext, work_off: WorkOff) -> Ask:
    """Classifies images as a web process does, while workers work in this thread."""

    def classify(request: ImageRequest, *uploads: bytes | None) -> tuple[ClassifiedPicture, ...]:
        stores = fetching.stores
        with ThreadPoolExecutor(1) as pool:
            answer: Future[tuple[ClassifiedPicture, ...]] = pool.submit(
                classify_now, stores, request, uploads, "user-1", NOW
            )
            while not answer.done():
                wait_for(lambda: stores.admission.load().tasks or answer.done(), "a task or the answer")
                work_off(on=fetching)
        return answer.result()

    return classify


def bundled(context: WorkerContext) -> RequestedModel:
    manifest = context.classifier.manifest
    return RequestedModel(model=f"{manifest.name}-{manifest.version}")


def kept(stores: Stores) -> tuple[list[int], int]:
    """Return the jobs that are recorded, and how many folders are stored."""
    return stores.records.all_ids(), len(list(stores.blobs.folders()))


def test_the_bundled_model_says_the_mean_of_the_chunks_by_area(context: WorkerContext, ask: Ask) -> None:
    photo = open_photo(BytesIO(jpeg(600, 400)), 10**7)
    chunks = grid(photo.size)
    probabilities = context.classifier.probabilities(photo.windows(chunks), photo.scene)
    areas = np.array([chunk.width * chunk.height for chunk in chunks])

    (told,) = ask(ImageRequest(models=(bundled(context),), urls=(None,)), jpeg(600, 400))

    assert (told.width, told.height, told.error) == (600, 400, None)
    assert told.answers[0].labels == tuple(CLASSES)
    expected = (probabilities * areas[:, np.newaxis]).sum(axis=0) / areas.sum()
    np.testing.assert_allclose(told.answers[0].numbers, expected, atol=1e-6)


def test_images_are_fetched_and_answered_in_their_order(
    stores: Stores, context: WorkerContext, ask: Ask, host: ImageHost
) -> None:
    urls = (host.url("reef.jpg"), None, host.url("missing.jpg"), None)

    told = ask(ImageRequest(models=(bundled(context),), urls=urls), None, jpeg(300, 300), None, b"no image")

    assert [(one.width, one.height) for one in told] == [(600, 400), (300, 300), (0, 0), (0, 0)]
    assert host.url("missing.jpg") in str(told[2].error)
    assert "404" in str(told[2].error)
    assert "not a photo" in str(told[3].error)
    assert kept(stores) == ([], 0)


def test_an_inner_address_is_not_fetched(context: WorkerContext, ask: Ask, host: ImageHost) -> None:
    request = ImageRequest(models=(bundled(context),), urls=("http://127.0.0.1:1/photo.jpg",))

    (told,) = ask(request, None)

    assert "may not be fetched" in str(told.error)


def test_a_model_that_is_gone_is_an_error_of_the_image(context: WorkerContext, ask: Ask) -> None:
    (told,) = ask(ImageRequest(models=(RequestedModel(model="gone-1"),), urls=(None,)), jpeg(300, 300))

    assert "gone-1" in str(told.error)


def test_a_request_that_nobody_answers_in_time_leaves_nothing(
    stores: Stores, context: WorkerContext, work_off: WorkOff
) -> None:
    with pytest.raises(NotClassifiedInTime):
        classify_now(
            stores, ImageRequest(models=(bundled(context),), urls=(None,)), [jpeg(300, 300)], "", NOW, 0.05
        )

    work_off()
    assert kept(stores) == ([], 0)
    assert stores.admission.load().tasks == 0


def test_an_image_whose_file_is_gone_is_given_up(
    stores: Stores, context: WorkerContext, work_off: WorkOff
) -> None:
    job_id = submit_image_job(
        stores, ImageRequest(models=(bundled(context),), urls=(None, None)), [jpeg(300, 300), None], "", NOW
    )

    work_off()

    job = get_job(stores, job_id, kind=JobKind.IMAGES)
    told = [ClassifiedPicture.model_validate_json(raw) for raw in stores.records.raw_results(job)]
    assert job.state is JobState.COMPLETED
    assert [one.error is None for one in told] == [True, False]
    assert "tried 3 times" in str(told[1].error)


def test_a_job_that_ends_in_an_error_is_told(stores: Stores, context: WorkerContext) -> None:
    with ThreadPoolExecutor(1) as pool:
        request = ImageRequest(models=(bundled(context),), urls=(None,))
        answer = pool.submit(classify_now, stores, request, [jpeg(300, 300)], "", NOW)
        (job_id,) = wait_for(stores.records.all_ids, "the job")
        stores.records.fail(job_id, "the reason")

    with pytest.raises(JobFailed, match="the reason"):
        answer.result()
