"""List the jobs of an owner, page by page."""

from dataclasses import dataclass

from coralchunk.errors import UnknownJob
from coralchunk.pipeline.records.job import Job, JobKind
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.records.owned_jobs import Place
from coralchunk.pipeline.stores import Stores


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some of the jobs of an owner, newest first."""

    jobs: tuple[Job, ...]
    last: Place | None  # after which the next page begins; None on the last page


def own_jobs(stores: Stores, owner: str, batch_name: str, before: Place | None, limit: int) -> JobPage:
    """Return a page of the photos that an owner sent, newest first. Raises QueueDown.

    batch_name  only those that were sent in this batch; empty for all
    before      the end of the previous page
    limit       most jobs to return, at least 1
    """
    jobs: list[Job] = []
    gone: list[Place] = []
    last = None
    with reachable():
        for place in stores.owned.newest(owner, batch_name, before):
            if len(jobs) == limit:
                return JobPage(tuple(jobs), last)
            try:
                job = stores.records.get(int(place[1]))
            except UnknownJob:
                gone.append(place)
                continue
            if job.kind is JobKind.PHOTO and job.owner == owner:
                jobs.append(job)
                last = place
        stores.owned.drop(owner, batch_name, gone)
    return JobPage(tuple(jobs), None)
