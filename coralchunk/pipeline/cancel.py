"""A job -> nothing: record, results, upload and answer are gone, and its work stops."""

from coralchunk.pipeline.records import reachable
from coralchunk.pipeline.stores import Stores


def cancel(stores: Stores, job_id: int) -> None:
    """Delete a job at any time of its life. Raises UnknownJob, QueueDown.

    Tasks that are still queued or in work find the job gone before they begin and before they write.
    """
    with reachable():
        stores.records.delete(job_id)
    stores.blobs.delete(job_id)
