"""A job -> its changes, one after the other, as long as somebody listens."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coralchunk.errors import QueueDown, UnknownJob
from coralchunk.pipeline.job import Job
from coralchunk.pipeline.lookup import watch
from coralchunk.pipeline.records import reachable
from coralchunk.pipeline.stores import Stores

NOTHING_SEEN: Final = -1


@dataclass(frozen=True, slots=True)
class Gone:
    """The job was deleted or has expired while somebody listened."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing has changed for a while; said so that proxies keep the line open."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who wants to hear of a job, and how."""

    seen: int = NOTHING_SEEN  # number of the last change that they have
    asker: str | None = None  # as in lookup.find
    heartbeat_s: float = 15.0  # longest silence
    patience_s: float = 600.0  # how long at most


Change = Job | Gone | Silence


def number(job: Job) -> int:
    """Return how far a job is as a number that only rises; the end has one of its own."""
    return job.total_chunks + 1 if job.state.is_final else job.completed_chunks


def changes(stores: Stores, job: Job, listener: Listener) -> Iterator[Change]:
    """Yield each change of a job, beginning with how it is; ends when it is final or gone.

    Ends early when time is up, the server stops or the queue does not answer; who listens asks again.

    job  as it was found just now
    """
    deadline = time.monotonic() + listener.patience_s
    seen = listener.seen
    try:
        while True:
            if number(job) > seen:
                seen = number(job)
                yield job
            left_s = deadline - time.monotonic()
            if job.state.is_final or left_s <= 0 or _is_closing(stores):
                return
            job = _next(stores, job.id, seen, min(listener.heartbeat_s, left_s), listener.asker)
            if number(job) <= seen:
                yield Silence()
    except UnknownJob:
        yield Gone()
    except QueueDown:
        return


def _next(stores: Stores, job_id: int, seen: int, patience_s: float, asker: str | None) -> Job:
    return watch(stores, job_id, lambda job: number(job) > seen, patience_s, asker)


def _is_closing(stores: Stores) -> bool:
    with reachable():
        return stores.admission.is_closed()
