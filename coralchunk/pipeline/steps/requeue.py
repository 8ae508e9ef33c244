"""Queue a stored request that has no record in Redis, for every kind of job."""

import json

from coralchunk.pipeline.points.point_job import requeue_point_job
from coralchunk.pipeline.recognition.task_request import TASK_KINDS, requeue_task
from coralchunk.pipeline.records.job import JobKind
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.training.training_job import requeue_training_job
from coralchunk.storage.files.blobs import REQUEST


def requeue_request(stores: Stores, job_id: int, owner: str, stored_at: float) -> None:
    """Queue the request, under the same id. `stored_at` in Unix seconds."""
    kind = json.loads(stores.blobs.read(job_id, REQUEST)).get("kind")
    if kind in TASK_KINDS:
        requeue_task(stores, job_id, stored_at)
    elif kind == JobKind.TRAINING:
        requeue_training_job(stores, job_id, owner, stored_at)
    else:
        requeue_point_job(stores, job_id, owner, stored_at)
