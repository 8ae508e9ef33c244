"""Submit training jobs: each trains one collection of labelled images into a version of its classifier.

In Redis such a job is one batch of one chunk. What the collection holds is read when the training begins.
"""

import secrets
from io import BytesIO
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from coralchunk.errors import CoralchunkError
from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.pipeline.queue.task import first_task
from coralchunk.pipeline.records.job import Job, JobKind, JobState
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import OWNER, REQUEST, RESULT
from coralchunk.terms import Size, State

_LARGEST_ID: Final = 2**53 - 1  # see submit
_SPARE_S: Final = 3600  # for its turn, before its time to train begins


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MappedNetwork(_Stored):
    """A network of a user that is to classify chunks, and what its scores mean."""

    name: str
    blob: str
    sha256: str
    preprocessing: Preprocessing
    output: str  # the tensor with the scores
    labels: tuple[str, ...]  # of its scores, in their order
    states: tuple[State, ...]  # what each of these labels means


class TrainingRequest(_Stored):
    """What is to be trained, kept as a file."""

    kind: Literal["training"] = "training"
    user_id: int
    collection_id: int
    min_images: int  # of a label; those with fewer are left out
    for_site: bool = False  # whether it makes a model of chunks for V1 uploads
    network: MappedNetwork | None = None  # which is then compared, instead of a head that is trained


class TrainingResult(_Stored):
    """How a training ended, kept as a file by the process that did it."""

    version: int | None = None  # number of the new version, or None
    error: str | None = None  # why not, in words for the user


def new_training_id() -> int:
    """Return the id of a job that is about to be submitted: its collection must know it before."""
    return secrets.randbelow(_LARGEST_ID) + 1


def submit_training_job(
    stores: Stores, job_id: int, request: TrainingRequest, owner: str, now: float
) -> None:
    """Accept a training; when this returns it is on disk and queued.

    owner  who alone may see the job
    now    Unix seconds

    Raises Stopping, QueueFull, QueueDown or StorageFull; then nothing is kept.
    """
    with reachable():
        stores.admission.admit(1, stores.settings.max_queued_chunks, now)
    try:
        stores.blobs.write(job_id, OWNER, BytesIO(owner.encode()))
        stores.blobs.write(job_id, REQUEST, BytesIO(request.model_dump_json().encode()))
        with reachable():
            _enqueue(stores, job_id, owner, now)
    except CoralchunkError:
        stores.blobs.delete(job_id)
        raise


def requeue_training_job(stores: Stores, job_id: int, owner: str, stored_at: float) -> None:
    """Queue a stored training that Redis has forgotten. `stored_at` in Unix seconds."""
    stores.blobs.remove(job_id, RESULT)
    _enqueue(stores, job_id, owner, stored_at)


def _enqueue(stores: Stores, job_id: int, owner: str, at: float) -> None:
    settings = stores.settings
    job = Job(
        id=job_id,
        state=JobState.QUEUED,
        size=Size(0, 0),
        total_chunks=1,
        completed_chunks=0,
        batch_chunks=1,
        streams=1,
        is_high_priority=False,
        created_at=at,
        expires_at=at + max(settings.result_ttl, settings.training_timeout + _SPARE_S),
        picture=None,
        request_id="",
        error=None,
        owner=owner,
        kind=JobKind.TRAINING,
    )
    with stores.transaction() as pipeline:
        stores.records.create(job, pipeline)
        stores.tasks.put(first_task(job, 0), pipeline)
        pipeline.execute()


def stored_training_request(stores: Stores, job_id: int) -> TrainingRequest:
    """Return the request of a training job."""
    return TrainingRequest.model_validate_json(stores.blobs.read(job_id, REQUEST))


def write_training_result(stores: Stores, job_id: int, result: TrainingResult) -> None:
    """Keep how a training ended, for the task that finishes the job."""
    stores.blobs.write(job_id, RESULT, BytesIO(result.model_dump_json().encode()))
    if not stores.records.exists(job_id):
        # The job was deleted meanwhile: the file just written must not remain.
        stores.blobs.delete(job_id)


def stored_training_result(stores: Stores, job_id: int) -> TrainingResult | None:
    """Return how a training ended, or None if it has not."""
    try:
        return TrainingResult.model_validate_json(stores.blobs.read(job_id, RESULT))
    except FileNotFoundError:
        return None
