"""Submit deployments and inferences.

In Redis such a job is like any other: one batch of one chunk. The request is stored as a file, so that it
survives a wiped Redis.
"""

import secrets
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from coralchunk.errors import CoralchunkError
from coralchunk.networks.inputs import Region
from coralchunk.networks.postprocessing import Output, PostProcessing
from coralchunk.networks.predictions import Answer
from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.pipeline.queue.admission import Load
from coralchunk.pipeline.queue.plan import plan
from coralchunk.pipeline.queue.task import first_task
from coralchunk.pipeline.records.job import Job, JobKind, JobState
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import REQUEST
from coralchunk.terms import Size

_LARGEST_ID: Final = 2**53 - 1  # see steps.submit
TASK_KINDS: Final = frozenset({JobKind.DEPLOYMENT, JobKind.INFERENCE})


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NetworkFiles(_Stored):
    """Where a network is stored, and how its inputs are made."""

    blob: str  # name of its folder in the store
    sha256: str
    preprocessing: Preprocessing


class PublicModel(_Stored):
    """A model of this server."""

    model: str  # name and version
    is_by_chunk: bool  # whether each chunk gets a box, or the whole picture one answer


class PictureInput(_Stored):
    """One picture; without a URL it is stored in the job's folder."""

    url: str | None = None
    region: Region = Region()


class Reading(_Stored):
    """What the network's tensors mean."""

    outputs: tuple[Output, ...]
    post_processings: tuple[PostProcessing, ...]
    show_discarded: bool = False
    max_predictions: Annotated[int, Field(ge=1)] = 100

    @property
    def answer(self) -> Answer:
        """How much the answer contains."""
        return Answer(self.show_discarded, self.max_predictions)


class TaskRequest(_Stored):
    """The whole request."""

    kind: Literal["deployment", "inference"]
    owner: str = ""  # who alone may see the task; in this file, as each further one costs milliseconds
    network: NetworkFiles | None = None
    model: PublicModel | None = None
    inputs: tuple[PictureInput, ...] = ()
    reading: Reading | None = None  # None for the tensors themselves
    output_tensors: tuple[str, ...] | None = None  # None for all


def input_name(index: int) -> str:
    """Name the file of a picture in the job's folder."""
    return f"input-{index}"


def submit_task(
    stores: Stores, request: TaskRequest, pictures: Mapping[int, IO[bytes]], owner: str, now: float
) -> int:
    """Accept a deployment or an inference: when this returns, it is on disk and queued. Returns the job's id.

    pictures  those that were uploaded, by the index of their input
    owner     who alone may see the job
    now       Unix seconds

    Raises Stopping, QueueFull, QueueDown or StorageFull; then nothing is kept.
    """
    with reachable():
        load = stores.admission.admit(1, stores.settings.max_queued_chunks, now)
    job_id = secrets.randbelow(_LARGEST_ID) + 1
    try:
        for index, picture in pictures.items():
            stores.blobs.write(job_id, input_name(index), picture)
        # Last: a folder with a request is complete.
        owned = request.model_copy(update={"owner": owner}).model_dump_json(exclude_defaults=True)
        stores.blobs.write(job_id, REQUEST, BytesIO(owned.encode()))
        with reachable():
            _enqueue(stores, _job(stores, job_id, JobKind(request.kind), owner, now, load))
    except CoralchunkError:
        stores.blobs.delete(job_id)
        raise
    return job_id


def requeue_task(stores: Stores, job_id: int, stored_at: float) -> None:
    """Queue a stored task that Redis has forgotten. `stored_at` in Unix seconds."""
    stored = stored_task(stores, job_id)
    load = stores.admission.load()
    _enqueue(stores, _job(stores, job_id, JobKind(stored.kind), stored.owner, stored_at, load))


def stored_task(stores: Stores, job_id: int) -> TaskRequest:
    """Return the request."""
    return TaskRequest.model_validate_json(stores.blobs.read(job_id, REQUEST))


def _job(stores: Stores, job_id: int, kind: JobKind, owner: str, at: float, load: Load) -> Job:
    work = plan(1, load.workers or stores.settings.workers, load.tasks, load.high_priority)
    return Job(
        id=job_id,
        state=JobState.QUEUED,
        size=Size(0, 0),
        total_chunks=1,
        completed_chunks=0,
        batch_chunks=1,
        streams=1,
        # A deployment takes seconds, and no request waits for its answer.
        is_high_priority=work.is_high_priority and kind is JobKind.INFERENCE,
        created_at=at,
        expires_at=at + stores.settings.result_ttl,
        picture=None,
        request_id="",
        error=None,
        owner=owner,
        kind=kind,
    )


def _enqueue(stores: Stores, job: Job) -> None:
    with stores.transaction() as pipeline:
        stores.records.create(job, pipeline)
        stores.tasks.put(first_task(job, 0), pipeline)
        pipeline.execute()
