"""Turn jobs that have ended, and batches that are finished, into deliveries to webhooks."""

from collections.abc import Callable
from functools import partial
from typing import Final

from coralchunk.errors import UnknownJob
from coralchunk.pipeline.queries.own_jobs import own_jobs
from coralchunk.pipeline.records.finished_jobs import FinishedJob
from coralchunk.pipeline.records.job import Job, JobKind
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.rows import webhooks
from coralchunk.storage.rows.webhooks import Delivery
from coralchunk.storage.sql.database import Database
from coralchunk.webhooks.events import Event, batch_event, job_event

QUIET_S: Final = 30.0  # a batch to which no photo was added for so long is finished when its photos are
_MOST_JOBS: Final = 500  # at once
_MOST_IN_BATCH: Final = 10_000


def collect(stores: Stores, database: Database, now: float) -> int:
    """Store the deliveries of what happened since the last call. Returns how many are new.

    An entry is removed from Redis once its deliveries are in the database: after a crash it is read again,
    and its deliveries, which have the same ids, are not stored twice.

    now  Unix seconds
    """
    added = 0
    for finished in stores.finished.waiting(_MOST_JOBS):
        job = _job(stores, finished)
        if job is not None:
            added += _deliver_to(database, job.owner, partial(job_event, job, finished.ended), now)
            if job.batch_name:
                stores.finished.look_at_batch(job.owner, job.batch_name, now + QUIET_S)
        stores.finished.remove(finished)
    for owner, batch_name in stores.finished.batches(now):
        added += _look_at(stores, database, owner, batch_name, now)
    return added


def _job(stores: Stores, finished: FinishedJob) -> Job | None:
    try:
        job = stores.records.get(finished.job_id)
    except UnknownJob:  # deleted meanwhile
        return None
    return job if job.owner and job.kind is JobKind.PHOTO and job.state.is_final else None


def _look_at(stores: Stores, database: Database, owner: str, batch_name: str, now: float) -> int:
    jobs = own_jobs(stores, owner, batch_name, None, _MOST_IN_BATCH).jobs
    newest = max((job.created_at for job in jobs), default=0.0)
    if now - newest < QUIET_S:
        stores.finished.look_at_batch(owner, batch_name, newest + QUIET_S)
        return 0
    added = 0
    if jobs and all(job.state.is_final for job in jobs):
        added = _deliver_to(database, owner, partial(batch_event, owner, batch_name, jobs, now), now)
    # One with an open photo is looked at again when that ends.
    stores.finished.forget_batch(owner, batch_name)
    return added


def _deliver_to(database: Database, owner: str, make: Callable[[], Event], now: float) -> int:
    with database.writing() as connection:
        hooks = webhooks.webhooks_of(connection, owner)
        if not hooks:
            return 0
        event = make()
        body = event.body()
        return sum(
            webhooks.add_delivery(
                connection, Delivery(0, hook.id, event.id, event.type.value, body, now, 0, now)
            )
            for hook in hooks
            if event.type.value in hook.events and hook.disabled_at is None
        )
