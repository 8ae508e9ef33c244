"""Delete a job: its record, results, upload and answer; its remaining tasks then do nothing."""

from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import JobKind
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores


def cancel(
    stores: Stores, job_id: int, requester: str | None = None, kind: JobKind | None = JobKind.PHOTO
) -> None:
    """Delete a job in any state. Raises UnknownJob, QueueDown.

    Tasks that are still queued or running notice the deletion before they start and before they write.

    requester  as in lookup.get_job
    kind   as in lookup.get_job
    """
    get_job(stores, job_id, requester, kind)
    with reachable():
        stores.records.delete(job_id)
    stores.blobs.delete(job_id)
