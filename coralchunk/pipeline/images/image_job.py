"""Submit image jobs: whole images, uploaded or on the web, and the models that classify them.

In Redis such a job is like a point job: an image is one batch of one chunk. Its results stay in Redis, as the
request that waits for them deletes the job as soon as it has them.
"""

import secrets
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from pydantic import BaseModel, ConfigDict

from coralchunk.errors import CoralchunkError
from coralchunk.pipeline.points.fetch import FETCHED, fetched_name
from coralchunk.pipeline.queue.task import first_task
from coralchunk.pipeline.records.job import Job, JobKind, JobState
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import OWNER
from coralchunk.terms import OutputKind, Size

IMAGE_REQUEST: Final = "images.json"
_LARGEST_ID: Final = 2**53 - 1  # see submit
_STREAMS: Final = 4  # images of one job that are fetched or classified at once
_FEW: Final = 4  # times an image is classified; a request for more waits its turn


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestedModel(_Stored):
    """A model that images are classified by."""

    model: str  # name and version
    folder: str | None = None  # in the blob store, for a trained one; None for those of models.txt


class ImageRequest(_Stored):
    """The request, stored as a file."""

    models: tuple[RequestedModel, ...]
    urls: tuple[str | None, ...]  # of the images; None for an image that was uploaded


class ModelAnswer(_Stored):
    """The predictions of one model for an image."""

    labels: tuple[str, ...]
    output: OutputKind
    numbers: tuple[float, ...]  # of each label: its probability, or its value


class ClassifiedPicture(_Stored):
    """An image and the predictions of the models in the order of the request, or why there are none."""

    width: int = 0  # px, upright
    height: int = 0
    answers: tuple[ModelAnswer, ...] = ()
    error: str | None = None


def submit_image_job(
    stores: Stores, request: ImageRequest, uploads: Sequence[bytes | None], owner: str, now: float
) -> int:
    """Queue images. Returns the job's id.

    uploads  the file of each image that has no URL; a file that is not an image gets an error
    owner    the only one who may see the job
    now      Unix seconds

    Raises Stopping, QueueFull, QueueDown or StorageFull; then nothing is kept.
    """
    with reachable():
        stores.admission.admit(len(request.urls), stores.settings.max_queued_chunks, now)
    job_id = secrets.randbelow(_LARGEST_ID) + 1
    try:
        if owner:
            stores.blobs.write(job_id, OWNER, BytesIO(owner.encode()))
        stores.blobs.write(job_id, IMAGE_REQUEST, BytesIO(request.model_dump_json().encode()))
        for number, upload in enumerate(uploads):
            if upload is not None:
                stores.blobs.write(job_id, fetched_name(number), BytesIO(FETCHED + upload))
        with reachable():
            _enqueue(stores, job_id, request, owner, now)
    except CoralchunkError:
        stores.blobs.delete(job_id)
        raise
    return job_id


def _enqueue(stores: Stores, job_id: int, request: ImageRequest, owner: str, now: float) -> None:
    job = Job(
        id=job_id,
        state=JobState.QUEUED,
        size=Size(0, 0),
        total_chunks=len(request.urls),
        completed_chunks=0,
        batch_chunks=1,
        streams=_STREAMS,
        is_high_priority=len(request.urls) * len(request.models) <= _FEW,
        created_at=now,
        expires_at=now + stores.settings.result_ttl,
        picture=None,
        request_id="",
        error=None,
        owner=owner,
        kind=JobKind.IMAGES,
    )
    with stores.transaction() as pipeline:
        stores.records.create(job, pipeline)
        for batch in range(min(job.streams, job.batches)):
            stores.tasks.put(first_task(job, batch), pipeline)
        pipeline.execute()


def stored_image_request(stores: Stores, job_id: int) -> ImageRequest:
    """Return the request."""
    return ImageRequest.model_validate_json(stores.blobs.read(job_id, IMAGE_REQUEST))
