"""Run a job that ended in an error again from the beginning."""

from coralchunk.errors import UnknownJob
from coralchunk.imaging.decoding.header import read_header
from coralchunk.pipeline.records.job import JobKind
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.steps.requeue import requeue_request
from coralchunk.pipeline.steps.share import share_as_before
from coralchunk.pipeline.steps.submit import StoredUpload, enqueue
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import PHOTO


def retry(stores: Stores, job_id: int, now: float) -> None:
    """Start a job again from its stored request, under the same id; earlier results are dropped.

    now  Unix seconds; its time to expire starts again

    Raises UnknownJob, Unreadable, QueueDown.
    """
    with reachable():
        job = stores.records.get(job_id)
        if job.kind is JobKind.IMAGES:
            raise UnknownJob(job_id)  # its request has its answer, or has given up
        if job.kind is not JobKind.PHOTO:
            stores.records.erase(job_id)
            requeue_request(stores, job_id, job.owner, now)
            return
        try:
            with stores.blobs.open(job_id, PHOTO) as upload:
                size = read_header(upload, stores.settings.max_pixels).size
        except FileNotFoundError:
            raise UnknownJob(job_id) from None
        stores.records.erase(job_id)
        stored = StoredUpload(job_id, size, now, job.request_id, job.owner, job.batch_name, job.model)
        enqueue(stores, [stored], stores.admission.load())
        share_as_before(stores, job_id)
