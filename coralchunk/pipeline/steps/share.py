"""Share the result of a job by a link that does not allow to delete the job."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from coralchunk.errors import UnknownJob
from coralchunk.errors.surveys import UnknownShare
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import SHARE

_BYTES: Final = 18  # 144 random bits, 24 characters


def share(stores: Stores, job_id: int, requester: str | None = None) -> tuple[Job, str]:
    """Return a job and the id under which it is shared, the same each time; it ends with the job.

    requester  as in lookup.get_job

    Raises UnknownJob, QueueDown, StorageFull.
    """
    job = get_job(stores, job_id, requester)
    kept = _kept(stores, job_id)
    with reachable():
        share_id = stores.shares.add(job, kept or secrets.token_urlsafe(_BYTES))
    if share_id != kept:
        # Redis may be wiped; the link is on disk before anybody has it.
        stores.blobs.write(job_id, SHARE, BytesIO(share_id.encode()))
    return job, share_id


def share_as_before(stores: Stores, job_id: int) -> None:
    """Put the link of a job whose record is new back. Raises UnknownJob."""
    kept = _kept(stores, job_id)
    if kept is not None:
        stores.shares.add(stores.records.get(job_id), kept)


def shared(stores: Stores, share_id: str) -> Job:
    """Return the job that is shared under an id. Raises UnknownShare, QueueDown."""
    with reachable():
        job_id = stores.shares.job_id(share_id)
    if job_id is None:
        raise UnknownShare
    with hide_job_id():
        return get_job(stores, job_id)


@contextmanager
def hide_job_id() -> Iterator[None]:
    """Turn UnknownJob, which contains the job's id, into UnknownShare: the id allows to delete the job."""
    try:
        yield
    except UnknownJob:
        raise UnknownShare from None


def _kept(stores: Stores, job_id: int) -> str | None:
    try:
        return stores.blobs.read(job_id, SHARE).decode()
    except FileNotFoundError:
        return None
