"""Look up jobs and the state of the queue without changing either."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from coralchunk.errors import NotFinished, QueueDown, UnknownJob
from coralchunk.pipeline.records.job import Job, JobKind, JobState
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores

_LOOK_EVERY_S: Final = 1.0  # while notifications arrive
_LOOK_OFTEN_S: Final = 0.1  # while they are not


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """How the queue is doing."""

    is_reachable: bool
    workers: int = 0  # that gave a sign of life lately
    waiting: int = 0  # tasks
    missing_chunks: int = 0  # of all open jobs
    oldest_s: float | None = None  # age of the oldest job that is not final
    chunks_per_s: float = 0.0
    stored_bytes: int = 0  # of uploads and answers, when last counted
    restarts: Mapping[str, int] = field(default_factory=dict)  # deaths, by process


def get_job(
    stores: Stores, job_id: int, requester: str | None = None, kind: JobKind | None = JobKind.PHOTO
) -> Job:
    """Return a job as it is now. Raises UnknownJob, QueueDown.

    requester  a job of another owner is unknown to them; None may see every job
    kind   that the job must have; None for any
    """
    with reachable():
        job = stores.records.get(job_id)
    if requester not in {None, job.owner} or kind not in {None, job.kind}:
        raise UnknownJob(job_id)
    return job


def get_completed_job(stores: Stores, job_id: int, requester: str | None = None) -> Job:
    """Return a job that has a result. Raises UnknownJob, NotFinished, QueueDown. `requester` as in find."""
    job = get_job(stores, job_id, requester)
    if job.state is not JobState.COMPLETED:
        raise NotFinished(job_id, job.state)
    return job


def wait_for_change(
    stores: Stores,
    job_id: int,
    has_changed: Callable[[Job], bool],
    timeout_s: float,
    requester: str | None = None,
    kind: JobKind | None = JobKind.PHOTO,
) -> Job:
    """Return a job when it has changed, or as it is when the time is over or the server stops.

    requester  as in get_job
    kind       as in get_job

    Raises UnknownJob, also when the job is deleted meanwhile; QueueDown.
    """
    if timeout_s <= 0:
        return get_job(stores, job_id, requester, kind)
    look_at = time.monotonic()  # whether the server stops: nothing notifies of that
    deadline = look_at + timeout_s
    with stores.notifications.subscribe(job_id) as changed:
        while True:
            # Subscribed before the read: a change between the two is notified.
            pause_s = _LOOK_EVERY_S if stores.notifications.is_listening else _LOOK_OFTEN_S
            job = get_job(stores, job_id, requester, kind)
            now = time.monotonic()
            if has_changed(job) or now >= deadline:
                return job
            if now >= look_at:
                look_at = now + _LOOK_EVERY_S
                with reachable():
                    if stores.admission.is_closed():
                        return job
            changed.wait(min(deadline - now, pause_s))
            changed.clear()


def all_jobs(stores: Stores) -> Iterator[Job]:
    """Yield every job as it is now. Raises QueueDown."""
    with reachable():
        for job_id in stores.records.all_ids():
            try:
                yield stores.records.get(job_id)
            except UnknownJob:  # deleted or expired while we looked
                continue


def queue_health(stores: Stores, now: float) -> QueueHealth:
    """Look at the queue. `now` in Unix seconds."""
    try:
        with reachable():
            oldest = stores.records.oldest_open()
            load = stores.admission.load()
            return QueueHealth(
                is_reachable=True,
                workers=stores.tasks.workers(),
                waiting=load.tasks,
                missing_chunks=load.missing_chunks,
                oldest_s=None if oldest is None else max(0.0, now - oldest),
                chunks_per_s=stores.admission.chunks_per_s(now),
                stored_bytes=stores.counters.stored_bytes(),
                restarts=stores.counters.restarts(),
            )
    except QueueDown:
        return QueueHealth(is_reachable=False)
