"""An upload -> a stored photo, a job record and the first tasks. Decodes no pixel."""

import secrets
from contextlib import ExitStack
from typing import IO, Final

from coralchunk.imaging.decode import read_header
from coralchunk.imaging.grid import count
from coralchunk.pipeline.job import Job, JobState
from coralchunk.pipeline.plan import plan
from coralchunk.pipeline.records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.tasks import first_task
from coralchunk.storage.blobs import PHOTO
from coralchunk.terms import Size

# Largest integer that every client language holds exactly (IEEE 754 double, RFC 8259 section 6).
_LARGEST_ID: Final = 2**53 - 1


def submit(stores: Stores, upload: IO[bytes], now: float) -> int:
    """Accept a photo: when this returns, it is on disk and queued. Returns the new job's id.

    upload  seekable; its format and size are checked by the header, whatever the client calls it
    now     Unix seconds

    Raises Unreadable for what is no usable photo, QueueDown or StorageFull; then nothing is kept.
    """
    header = read_header(upload, stores.settings.max_pixels)
    job_id = secrets.randbelow(_LARGEST_ID) + 1
    with reachable():
        waiting = stores.tasks.waiting()
    upload.seek(0)
    with ExitStack() as undo:
        undo.callback(stores.blobs.delete, job_id)
        stores.blobs.keep(job_id, PHOTO, upload)
        with reachable():
            enqueue(stores, job_id, header.size, created_at=now, waiting=waiting)
        undo.pop_all()  # accepted: from here on nothing takes it back
    return job_id


def enqueue(stores: Stores, job_id: int, size: Size, *, created_at: float, waiting: int) -> None:
    """Create the record of a stored photo and queue its first tasks, both or neither."""
    total = count(size)
    work = plan(total, stores.settings.workers, waiting)
    job = Job(
        id=job_id,
        state=JobState.QUEUED,
        size=size,
        total_chunks=total,
        completed_chunks=0,
        batch_chunks=work.batch_chunks,
        lanes=work.lanes,
        express=work.express,
        created_at=created_at,
        expires_at=created_at + stores.settings.result_ttl,
        picture=None,
        error=None,
    )
    with stores.transaction() as pipeline:
        stores.records.create(job, pipeline)
        for batch in range(min(job.lanes, job.batches)):
            stores.tasks.put(first_task(job, batch), pipeline)
        pipeline.execute()
