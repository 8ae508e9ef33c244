"""Yield the changes of a job to a client that listens."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coralchunk.errors import QueueDown, UnknownJob
from coralchunk.pipeline.queries.lookup import wait_for_change
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores

NOTHING_SEEN: Final = -1


@dataclass(frozen=True, slots=True)
class JobGone:
    """The job was deleted or has expired while a client listened."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing has changed for a while; sent so that proxies keep the connection open."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants to hear of a job, and how."""

    seen: int = NOTHING_SEEN  # number of the last change that they have
    requester: str | None = None  # as in lookup.get_job
    heartbeat_s: float = 15.0  # longest silence
    timeout_s: float = 600.0  # how long at most


Change = Job | JobGone | Heartbeat


def progress_number(job: Job) -> int:
    """Return the progress of a job as a number that only rises; the final state has the highest."""
    return job.total_chunks + 1 if job.state.is_final else job.completed_chunks


def changes(stores: Stores, job: Job, subscription: Subscription) -> Iterator[Change]:
    """Yield each change of a job, beginning with how it is; ends when it is final or gone.

    Ends early when time is up, the server stops or the queue does not answer; who listens asks again.

    job  as it was found just now
    """
    deadline = time.monotonic() + subscription.timeout_s
    seen = subscription.seen
    try:
        while True:
            if progress_number(job) > seen:
                seen = progress_number(job)
                yield job
            left_s = deadline - time.monotonic()
            if job.state.is_final or left_s <= 0 or _is_closing(stores):
                return
            job = _next(stores, job.id, seen, min(subscription.heartbeat_s, left_s), subscription.requester)
            if progress_number(job) <= seen:
                yield Heartbeat()
    except UnknownJob:
        yield JobGone()
    except QueueDown:
        return


def _next(stores: Stores, job_id: int, seen: int, timeout_s: float, requester: str | None) -> Job:
    return wait_for_change(stores, job_id, lambda job: progress_number(job) > seen, timeout_s, requester)


def _is_closing(stores: Stores) -> bool:
    with reachable():
        return stores.admission.is_closed()
