"""Accept an upload: store the photo, create the job record and queue the first tasks. Decodes no pixels."""

import hashlib
import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Final

from coralchunk.errors import BadIdempotencyKey, IdempotencyKeyReused, QueueDown
from coralchunk.imaging.decode import read_header
from coralchunk.imaging.grid import count
from coralchunk.metrics import UPLOAD_BYTES
from coralchunk.pipeline.queue.admission import Load
from coralchunk.pipeline.queue.plan import plan
from coralchunk.pipeline.queue.task_queue import first_task
from coralchunk.pipeline.records.job import Job, JobState
from coralchunk.pipeline.records.job_records import kept_job, reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.blobs import OWNER, PHOTO
from coralchunk.terms import Size

# Largest integer that every client language holds exactly (IEEE 754 double, RFC 8259 section 6).
_LARGEST_ID: Final = 2**53 - 1
_LONGEST_KEY: Final = 255


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """A photo that is stored and not yet queued."""

    job_id: int
    size: Size
    at: float  # Unix seconds
    request_id: str  # of the request that brought it; empty if that is not known any more
    owner: str = ""  # who alone may see the job; empty if nobody is known


def submit(
    stores: Stores,
    upload: IO[bytes],
    now: float,
    request_id: str,
    idempotency_key: str | None = None,
    owner: str = "",
) -> int:
    """Accept a photo: when this returns, it is on disk and queued. Returns the job's id.

    upload           seekable; its format and size are checked by the header, whatever the client calls it
    now              Unix seconds
    request_id       goes into the log lines of whatever works on the photo
    idempotency_key  chosen by the client; the same photo with the same key, within a day, is the same job
    owner            who alone may see the job where tokens are asked for; empty for nobody

    Raises Unreadable for what is no usable photo, IdempotencyKeyReused, QueueFull, Stopping, QueueDown or
    StorageFull; then nothing is kept.
    """
    size = read_header(upload, stores.settings.max_pixels).size
    keyed = None if idempotency_key is None else (_checked(idempotency_key, owner), _digest(upload))
    with reachable():
        earlier = _earlier_job(stores, keyed)
        if earlier is not None:
            return earlier
        load = stores.admission.admit(count(size), stores.settings.max_queued_chunks, now)
    stored = StoredUpload(secrets.randbelow(_LARGEST_ID) + 1, size, now, request_id, owner)
    with ExitStack() as undo:
        undo.callback(stores.blobs.delete, stored.job_id)
        if owner:
            stores.blobs.write(stored.job_id, OWNER, BytesIO(owner.encode()))
        upload.seek(0)
        stores.blobs.write(stored.job_id, PHOTO, upload)
        try:
            with reachable():
                created = enqueue(stores, stored, load, keyed)
        except QueueDown:
            if keyed is not None:
                # Redis may have taken the job before it went away; who asks again with the key gets this one.
                undo.pop_all()
            raise
        if isinstance(created, bytes):  # the same key was quicker in another request
            return _same_photo(kept_job(created), keyed)
        UPLOAD_BYTES.inc(upload.tell())
        undo.pop_all()  # accepted: from here on nothing takes it back
    return stored.job_id


def enqueue(
    stores: Stores, stored: StoredUpload, load: Load, keyed: tuple[str, str] | None = None
) -> int | bytes:
    """Create the record of a stored photo and queue its first tasks. Returns what records.create answers."""
    total = count(stored.size)
    work = plan(total, stores.settings.workers, load.tasks, load.high_priority)
    job = Job(
        id=stored.job_id,
        state=JobState.QUEUED,
        size=stored.size,
        total_chunks=total,
        completed_chunks=0,
        batch_chunks=work.batch_chunks,
        streams=work.streams,
        is_high_priority=work.is_high_priority,
        created_at=stored.at,
        expires_at=stored.at + stores.settings.result_ttl,
        picture=None,
        request_id=stored.request_id,
        error=None,
        owner=stored.owner,
    )
    with stores.transaction() as pipeline:
        stores.records.create(job, pipeline, keyed)
        # Tasks of a job that was not created find it gone and do nothing.
        for batch in range(min(job.streams, job.batches)):
            stores.tasks.put(first_task(job, batch), pipeline)
        created: int | bytes = pipeline.execute()[0]
    return created


def _checked(key: str, owner: str) -> str:
    if not 1 <= len(key) <= _LONGEST_KEY:
        raise BadIdempotencyKey(len(key), _LONGEST_KEY)
    # Two askers may have chosen the same key; neither may learn of the other's job.
    return f"{owner}:{key}" if owner else key


def _digest(upload: IO[bytes]) -> str:
    upload.seek(0)
    digest = hashlib.sha256()
    while block := upload.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _earlier_job(stores: Stores, keyed: tuple[str, str] | None) -> int | None:
    kept = None if keyed is None else stores.records.keyed(keyed[0])
    return None if kept is None else _same_photo(kept, keyed)


def _same_photo(kept: tuple[int, str], keyed: tuple[str, str] | None) -> int:
    job_id, digest = kept
    if keyed is None or digest != keyed[1]:
        raise IdempotencyKeyReused
    return job_id
