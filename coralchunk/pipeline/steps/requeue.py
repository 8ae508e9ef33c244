"""Queue a stored upload or request that has no record in Redis, for every kind of job."""

import json
from typing import Final

import structlog

from coralchunk.imaging.decoding.header import read_header
from coralchunk.pipeline.points.point_job import requeue_point_job
from coralchunk.pipeline.recognition.task_request import TASK_KINDS, requeue_task
from coralchunk.pipeline.records.job import JobKind
from coralchunk.pipeline.steps.share import share_as_before
from coralchunk.pipeline.steps.submit import StoredUpload, enqueue
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.training.training_job import requeue_training_job
from coralchunk.storage.files.blobs import BATCH, MODEL, OWNER, PHOTO, REQUEST, Folder

_log: Final = structlog.get_logger()


def requeue(stores: Stores, folder: Folder) -> None:
    """Queue what is stored in a folder, under the same id. Raises Unreadable for a damaged photo."""
    job_id, stored_at = folder.job_id, folder.changed_at
    owner, batch_name = _read_text(stores, job_id, OWNER), _read_text(stores, job_id, BATCH)
    if folder.has_request:
        requeue_request(stores, job_id, owner, stored_at)
        _log.warning("forgotten request put back", job_id=job_id)
        return
    with stores.blobs.open(job_id, PHOTO) as upload:
        size = read_header(upload, stores.settings.max_pixels).size
    model = _read_text(stores, job_id, MODEL)
    stored = StoredUpload(job_id, size, stored_at, "", owner, batch_name, model)
    enqueue(stores, [stored], stores.admission.load())
    share_as_before(stores, job_id)
    _log.warning("forgotten upload put back", job_id=job_id)


def requeue_request(stores: Stores, job_id: int, owner: str, stored_at: float) -> None:
    """Queue the request, under the same id. `stored_at` in Unix seconds."""
    kind = json.loads(stores.blobs.read(job_id, REQUEST)).get("kind")
    if kind in TASK_KINDS:
        requeue_task(stores, job_id, stored_at)
    elif kind == JobKind.TRAINING:
        requeue_training_job(stores, job_id, owner, stored_at)
    else:
        requeue_point_job(stores, job_id, owner, stored_at)


def _read_text(stores: Stores, job_id: int, part: str) -> str:
    try:
        return stores.blobs.read(job_id, part).decode()
    except FileNotFoundError:
        return ""
