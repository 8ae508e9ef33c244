"""A job -> nothing: record, results, upload and answer are gone, and its work stops."""

from coralchunk.pipeline.job import JobKind
from coralchunk.pipeline.lookup import find
from coralchunk.pipeline.records import reachable
from coralchunk.pipeline.stores import Stores


def cancel(
    stores: Stores, job_id: int, asker: str | None = None, kind: JobKind | None = JobKind.PHOTO
) -> None:
    """Delete a job at any time of its life. Raises UnknownJob, QueueDown.

    Tasks that are still queued or in work find the job gone before they begin and before they write.

    asker  as in lookup.find
    kind   likewise
    """
    find(stores, job_id, asker, kind)
    with reachable():
        stores.records.delete(job_id)
    stores.blobs.delete(job_id)
