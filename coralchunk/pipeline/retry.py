"""A job that ended in an error -> the same job, from the beginning."""

from coralchunk.errors import UnknownJob
from coralchunk.imaging.decode import read_header
from coralchunk.pipeline.records import reachable
from coralchunk.pipeline.share import share_as_before
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.submit import Arrival, enqueue
from coralchunk.storage.blobs import PHOTO


def retry(stores: Stores, job_id: int, now: float) -> None:
    """Begin a job again from its stored photo, under the same id; what it had is forgotten.

    now  Unix seconds; its time to expire begins anew

    Raises UnknownJob, Unreadable, QueueDown.
    """
    with reachable():
        job = stores.records.get(job_id)
        try:
            with stores.blobs.open(job_id, PHOTO) as upload:
                size = read_header(upload, stores.settings.max_pixels).size
        except FileNotFoundError:
            raise UnknownJob(job_id) from None
        stores.records.erase(job_id)
        enqueue(stores, Arrival(job_id, size, now, job.request_id, job.owner), stores.admission.load())
        share_as_before(stores, job_id)
