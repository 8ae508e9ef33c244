"""Name the Redis keys that scripts.py describes."""

import hashlib
from enum import StrEnum
from typing import Final

from rq import Queue
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

OPEN: Final = "coralchunk:open"
KEPT: Final = "coralchunk:kept"
RESTARTS: Final = "coralchunk:restarts"
STORAGE_ID: Final = "coralchunk:storage-id"
STORED: Final = "coralchunk:stored-bytes"
DRAINING: Final = "coralchunk:draining"
MISSING: Final = "coralchunk:missing"
LEASES: Final = "coralchunk:leases"
SWEEPER: Final = "coralchunk:sweeper"
QUEUE_NAME: Final = "coralchunk"
QUEUE: Final = Queue.redis_queue_namespace_prefix + QUEUE_NAME  # the list in which RQ keeps that queue
WORKERS: Final = WORKERS_BY_QUEUE_KEY % QUEUE_NAME  # the set in which RQ keeps the workers of that queue
FINISHED: Final = "coralchunk:finished"  # jobs whose owners are to be told, with the time of their end
FINISHED_BATCHES: Final = "coralchunk:finished-batches"  # batches that may be finished, by time
CHANGES: Final = "coralchunk:changes"  # the channel on which the name of a changed job is published
SLICE_S: Final = 10  # classified chunks are counted in slices of this many seconds


class Held(StrEnum):
    """Slots that tasks hold while they do background work; each names its sorted set."""

    FETCHES = "coralchunk:fetching"  #: photos that are being fetched from the web
    TRAININGS = "coralchunk:training"  #: classifiers that are being trained

    @property
    def parked(self) -> str:
        """Name the list of the tasks that wait for such a slot."""
        return {Held.FETCHES: "coralchunk:parked", Held.TRAININGS: "coralchunk:parked-trainings"}[self]


def crop_lock(photo: str) -> str:
    """Name the lock that a worker holds while it crops a photo."""
    return f"coralchunk:crop-lock:{photo}"


def job(job_id: int) -> str:
    """Name the hash of a job."""
    return f"coralchunk:job:{job_id}"


def results(job_id: int) -> str:
    """Name the results of a job."""
    return f"coralchunk:job:{job_id}:results"


def share(share_id: str) -> str:
    """Name the key of a share link; hashed, because clients may send anything."""
    return f"coralchunk:share:{hashlib.sha256(share_id.encode()).hexdigest()}"


def presigned(upload_id: str) -> str:
    """Name the record of an upload to the object store; hashed, because clients may send anything."""
    return f"coralchunk:presigned:{hashlib.sha256(upload_id.encode()).hexdigest()}"


def classified(now: float) -> str:
    """Name the count of chunks classified in the slice around `now` (Unix seconds)."""
    return f"coralchunk:classified:{int(now // SLICE_S)}"


def idempotency(key: str) -> str:
    """Name the key of an Idempotency-Key; hashed, because clients may send anything."""
    return f"coralchunk:idempotency:{hashlib.sha256(key.encode()).hexdigest()}"
