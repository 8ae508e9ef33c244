"""Classify images and wait for the answer.

Decoding and inference are a worker's tasks, as in every job; the request waits for the job's notification.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from coralchunk.errors import UnknownJob
from coralchunk.errors.access import JobFailed
from coralchunk.errors.training import NotClassifiedInTime
from coralchunk.pipeline.images.image_job import ClassifiedPicture, ImageRequest, submit_image_job
from coralchunk.pipeline.points.fetch import FETCHED, fetched_name
from coralchunk.pipeline.queries.lookup import wait_for_change
from coralchunk.pipeline.records.job import Job, JobKind
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores

ANSWER_WITHIN_S = 60.0  # a fetch may take 30


def classify_now(
    stores: Stores,
    request: ImageRequest,
    uploads: Sequence[bytes | None],
    owner: str,
    now: float,
    timeout_s: float = ANSWER_WITHIN_S,
) -> tuple[ClassifiedPicture, ...]:
    """Return the predictions of models for images, in the order of the images; nothing is stored.

    An image that cannot be used has an `error` instead of answers; the others are classified.

    uploads  the file of each image that has no URL, in the order of `request.urls`
    owner    of the request
    now      Unix seconds

    Raises NotClassifiedInTime, JobFailed, Stopping, QueueFull, QueueDown or StorageFull.
    """
    with _classified(stores, request, uploads, owner, now, timeout_s) as (_, pictures):
        return pictures


def classify_and_fetch(
    stores: Stores, request: ImageRequest, owner: str, now: float, timeout_s: float = ANSWER_WITHIN_S
) -> list[tuple[ClassifiedPicture, bytes]]:
    """Fetch images and return what models say of each, with its file; empty for one that cannot be used.

    Otherwise as classify_now.
    """
    uploads = (None,) * len(request.urls)
    with _classified(stores, request, uploads, owner, now, timeout_s) as (job_id, pictures):
        return [
            (picture, b"" if picture.error else _file(stores, job_id, number))
            for number, picture in enumerate(pictures)
        ]


def _file(stores: Stores, job_id: int, number: int) -> bytes:
    return stores.blobs.read(job_id, fetched_name(number)).removeprefix(FETCHED)


@contextmanager
def _classified(
    stores: Stores,
    request: ImageRequest,
    uploads: Sequence[bytes | None],
    owner: str,
    now: float,
    timeout_s: float,
) -> Iterator[tuple[int, tuple[ClassifiedPicture, ...]]]:
    job_id = submit_image_job(stores, request, uploads, owner, now)
    try:
        job = wait_for_change(stores, job_id, _is_final, timeout_s, kind=JobKind.IMAGES)
        if not job.state.is_final:
            raise NotClassifiedInTime(timeout_s)
        if job.error is not None:
            raise JobFailed(job.error)
        with reachable():
            results = stores.records.raw_results(job)
        yield job_id, tuple(ClassifiedPicture.model_validate_json(result) for result in results)
    finally:
        with suppress(UnknownJob), reachable():
            stores.records.delete(job_id)
        stores.blobs.delete(job_id)


def _is_final(job: Job) -> bool:
    return job.state.is_final
