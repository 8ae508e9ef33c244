"""Accept an upload: store the photo, create the job record and queue the first tasks. Decodes no pixels."""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import BytesIO
from typing import IO, Final

from coralchunk.errors import BadIdempotencyKey, IdempotencyKeyReused, QueueDown, Unreadable
from coralchunk.imaging.decoding.header import read_header
from coralchunk.imaging.grid import count
from coralchunk.metrics import UPLOAD_BYTES
from coralchunk.pipeline.queue.admission import Load
from coralchunk.pipeline.queue.plan import plan
from coralchunk.pipeline.queue.task import first_task
from coralchunk.pipeline.records.job import Job, JobState
from coralchunk.pipeline.records.job_records import kept_jobs, reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import BATCH, MODEL, OWNER, PHOTO
from coralchunk.terms import Size

# Largest integer that every client language holds exactly (IEEE 754 double, RFC 8259 section 6).
_LARGEST_ID: Final = 2**53 - 1
_LONGEST_KEY: Final = 255


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of photos, and what the request says about them."""

    request_id: str  # appears in all log lines about the photos
    idempotency_key: str | None = None  # the same photos with the same key, within a day, are the same jobs
    owner: str = ""  # the only one who may see the jobs, if tokens are required; empty without an owner
    batch_name: str = ""  # under which the jobs can be listed; empty for none
    model: str = ""  # label of the model that classifies the photos; empty for the server's


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """A photo that is stored and not yet queued."""

    job_id: int
    size: Size
    at: float  # Unix seconds
    request_id: str  # of the request that brought it; empty if that is not known any more
    owner: str = ""  # the only one who may see the job; empty if unknown
    batch_name: str = ""  # empty for none
    model: str = ""  # label of the model that classifies the photo; empty for the server's


def submit(
    stores: Stores,
    upload: IO[bytes],
    now: float,
    request_id: str,
    idempotency_key: str | None = None,
    owner: str = "",
) -> int:
    """Accept one photo, see submit_all. Returns the job's id."""
    return submit_all(stores, [upload], now, Sender(request_id, idempotency_key, owner))[0]


def submit_all(
    stores: Stores,
    uploads: Sequence[IO[bytes]],
    now: float,
    sender: Sender,
) -> list[int]:
    """Accept the photos of a request: when this returns, all are on disk and queued. Returns their jobs' ids.

    uploads  seekable; format and size are checked by the header, regardless of what the client calls them
    now      Unix seconds

    Raises Unreadable for unusable photos, IdempotencyKeyReused, QueueFull, Stopping, QueueDown or
    StorageFull; then none of the photos is kept.
    """
    sizes = _sizes(uploads, stores.settings.max_pixels)
    key = sender.idempotency_key
    keyed = None if key is None else (_checked(stores, key, sender.owner), _digest(uploads))
    with reachable():
        earlier = _earlier_jobs(stores, keyed)
        if earlier is not None:
            return earlier
        chunks = sum(count(size) for size in sizes)
        load = stores.admission.admit(chunks, stores.settings.max_queued_chunks, now)
    stored = [
        StoredUpload(_new_id(), size, now, sender.request_id, sender.owner, sender.batch_name, sender.model)
        for size in sizes
    ]
    with ExitStack() as undo:
        for one, upload in zip(stored, uploads, strict=True):
            undo.callback(stores.blobs.delete, one.job_id)
            _store(stores, one, upload)
        try:
            with reachable():
                created = enqueue(stores, stored, load, keyed)
        except QueueDown:
            if keyed is not None:
                # Redis may have stored the jobs before it went down; a retry with the key gets these.
                undo.pop_all()
            raise
        if isinstance(created, bytes):  # the same key was quicker in another request
            return _same_photos(kept_jobs(created), keyed)
        UPLOAD_BYTES.inc(sum(upload.tell() for upload in uploads))
        undo.pop_all()  # accepted: from here on nothing takes it back
    return [one.job_id for one in stored]


def _new_id() -> int:
    return secrets.randbelow(_LARGEST_ID) + 1


def _sizes(uploads: Sequence[IO[bytes]], max_pixels: int) -> list[Size]:
    sizes = []
    for number, upload in enumerate(uploads, start=1):
        try:
            sizes.append(read_header(upload, max_pixels).size)
        except Unreadable as unreadable:
            if len(uploads) > 1:
                unreadable.tell_which(number, len(uploads))
            raise
    return sizes


def _store(stores: Stores, stored: StoredUpload, upload: IO[bytes]) -> None:
    if stored.owner:
        stores.blobs.write(stored.job_id, OWNER, BytesIO(stored.owner.encode()))
    if stored.batch_name:
        stores.blobs.write(stored.job_id, BATCH, BytesIO(stored.batch_name.encode()))
    if stored.model:
        stores.blobs.write(stored.job_id, MODEL, BytesIO(stored.model.encode()))
    upload.seek(0)
    stores.blobs.write(stored.job_id, PHOTO, upload)


def enqueue(
    stores: Stores, stored: Sequence[StoredUpload], load: Load, keyed: tuple[str, str] | None = None
) -> int | bytes:
    """Create the records of stored photos and queue their first tasks, all or none.

    Returns what records.create answers for the first one.
    """
    together = [one.job_id for one in stored] if len(stored) > 1 else []
    with stores.transaction() as pipeline:
        for number, one in enumerate(stored):
            job, load = _planned(stores, one, load)
            stores.records.create(job, pipeline, None if number else keyed, together=together)
            stores.owned.add(job, pipeline)
            # Tasks of a job that was not created find it gone and do nothing.
            for batch in range(min(job.streams, job.batches)):
                stores.tasks.put(first_task(job, batch), pipeline)
        created: int | bytes = pipeline.execute()[0]
    return created


def _planned(stores: Stores, stored: StoredUpload, load: Load) -> tuple[Job, Load]:
    """Return the job of a stored photo, and the load once it is queued."""
    total = count(stored.size)
    work = plan(total, load.workers or stores.settings.workers, load.tasks, load.high_priority)
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
        batch_name=stored.batch_name,
        model=stored.model,
        threads=work.threads,
    )
    tasks = min(job.streams, job.batches)
    high_priority = load.high_priority + tasks * job.is_high_priority
    return job, replace(load, tasks=load.tasks + tasks, high_priority=high_priority)


def _checked(stores: Stores, key: str, owner: str) -> str:
    if not 1 <= len(key) <= _LONGEST_KEY:
        raise BadIdempotencyKey(len(key), _LONGEST_KEY)
    # Two owners may have chosen the same key; where tokens are required, neither may learn of the other's
    # job.
    return f"{owner}:{key}" if owner and stores.settings.v1_require_token else key


def _digest(uploads: Sequence[IO[bytes]]) -> str:
    """Return the sha256 of the photo, or of the sha256s of all photos in their order."""
    for upload in uploads:
        upload.seek(0)
    digests = [hashlib.file_digest(upload, "sha256") for upload in uploads]  # type: ignore[arg-type]
    if len(digests) == 1:
        return digests[0].hexdigest()
    return hashlib.sha256(b"".join(digest.digest() for digest in digests)).hexdigest()


def _earlier_jobs(stores: Stores, keyed: tuple[str, str] | None) -> list[int] | None:
    kept = None if keyed is None else stores.records.keyed(keyed[0])
    return None if kept is None else _same_photos(kept, keyed)


def _same_photos(kept: tuple[list[int], str], keyed: tuple[str, str] | None) -> list[int]:
    job_ids, digest = kept
    if keyed is None or digest != keyed[1]:
        raise IdempotencyKeyReused
    return job_ids
