"""Clean up and recover: remove expired jobs, restart stalled ones, compare storage with the records."""

import pkgutil
from typing import Final

import structlog

from coralchunk.errors import UnknownJob, Unreadable
from coralchunk.pipeline.queue.task import next_task
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.stores import Stores

_JUST_STORED_S: Final = 30  # a younger upload may be about to get its record from the request that stored it
# By name: it loads what reads photos, which the process that sweeps needs after a loss of records only.
_REQUEUE: Final = "coralchunk.pipeline.steps.requeue:requeue"
_log: Final = structlog.get_logger()


def sweep(stores: Stores, now: float) -> None:
    """Remove expired jobs and restart those that have come to a standstill.

    now  Unix seconds
    """
    _remove_expired(stores, now)
    stores.tasks.recover_popped(now)
    stores.fetch_slots.release_expired(now)
    stores.training_slots.release_expired(now)
    _restart_stalled(stores)


def reconcile_storage(stores: Stores, now: float) -> None:
    """Compare stored files with the records: queue uploads without a record, remove incomplete and old files.

    It walks over all files, so it runs at start and then occasionally.

    now  Unix seconds
    """
    stored_bytes = 0
    for folder in stores.blobs.folders():
        stored_bytes += folder.size_bytes
        if stores.records.exists(folder.job_id) or now - folder.changed_at < _JUST_STORED_S:
            continue
        # A process may have died between deleting the record and the files; the photo must stay deleted.
        is_wanted = (folder.has_photo or folder.has_request) and not stores.records.was_deleted(folder.job_id)
        if is_wanted and now < folder.changed_at + stores.settings.result_ttl:
            try:
                pkgutil.resolve_name(_REQUEUE)(stores, folder)
                continue
            except Unreadable as damage:
                _log.error("stored upload is damaged", job_id=folder.job_id, damage=str(damage))
        stores.blobs.delete(folder.job_id)
        _log.info("leftover files removed", job_id=folder.job_id)
    stores.counters.set_stored_bytes(stored_bytes)


def _remove_expired(stores: Stores, now: float) -> None:
    for job_id in stores.records.expired(now):
        try:
            stores.records.delete(job_id)
        except UnknownJob:
            stores.records.forget([job_id])
        stores.blobs.delete(job_id)
        _log.info("job expired", job_id=job_id)


def _restart_stalled(stores: Stores) -> None:
    """Queue the missing batches of open jobs that have no task, such as after a power cut."""
    open_jobs = stores.records.open_jobs()
    # Asked after the open jobs were listed: each of them had its first tasks by then.
    live = stores.tasks.live_jobs() if open_jobs else set()
    for job_id in open_jobs:
        if job_id in live:
            continue
        try:
            job = stores.records.get(job_id)
        except UnknownJob:
            stores.records.forget([job_id])
            continue
        starts = _first_missing(stores, job)
        for batch in starts:
            stores.tasks.put(next_task(job, batch))
        _log.warning("stalled job put back", job_id=job_id, batches=starts)


def _first_missing(stores: Stores, job: Job) -> list[int]:
    streams = {batch % job.streams: batch for batch in reversed(stores.records.missing_batches(job))}
    finisher = stores.records.finisher(job.id)
    return sorted(streams.values()) if streams or finisher is None else [finisher]
