"""What callers ask of a job and of the queue, without changing either."""

from dataclasses import dataclass

from coralchunk.errors import QueueDown
from coralchunk.pipeline.job import Job
from coralchunk.pipeline.records import reachable
from coralchunk.pipeline.stores import Stores


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """How the queue is doing."""

    is_reachable: bool
    workers: int  # that gave a sign of life lately
    waiting: int  # tasks
    oldest_s: float | None  # age of the oldest job that is not final


def find(stores: Stores, job_id: int) -> Job:
    """Return a job as it is now. Raises UnknownJob, QueueDown."""
    with reachable():
        return stores.records.get(job_id)


def queue_health(stores: Stores, now: float) -> QueueHealth:
    """Look at the queue. `now` in Unix seconds."""
    try:
        with reachable():
            oldest = min(stores.records.open_jobs().values(), default=None)
            return QueueHealth(
                is_reachable=True,
                workers=stores.tasks.workers(),
                waiting=stores.tasks.waiting(),
                oldest_s=None if oldest is None else max(0.0, now - oldest),
            )
    except QueueDown:
        return QueueHealth(is_reachable=False, workers=0, waiting=0, oldest_s=None)
