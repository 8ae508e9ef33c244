"""Ask a worker to crop a chunk of a completed job, and wait for it.

Decoding an upload is a worker's task: in a web process it would delay other requests, and a file that crashes
the decoder would take the web process down. So web queues the crop and reads the file that the worker stores.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from coralchunk.errors import UnknownJob
from coralchunk.errors.surveys import CropUnavailable
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import CONTEXT, window_name

_LOOK_EVERY_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class ChunkCrop:
    """PNG files."""

    window: bytes  # 244 x 244 px
    context: bytes  # the whole photo, at most 256 px a side; from it the scene is measured, see imaging.scene


def queue_crops(stores: Stores, wanted: Iterable[tuple[Job, int]]) -> None:
    """Have chunks of completed jobs cropped, without waiting. Raises QueueDown."""
    for job, chunk in wanted:
        if _read(stores, job.id, chunk) is None:
            with reachable():
                stores.tasks.put_crop(job.id, chunk)


def request_crop(stores: Stores, job: Job, chunk: int, timeout_s: float = 20.0) -> ChunkCrop:
    """Have a chunk of a completed job cropped, and wait for it.

    Raises CropUnavailable, UnknownJob, QueueDown.
    """
    deadline = time.monotonic() + timeout_s
    found = _read(stores, job.id, chunk)
    if found is None:
        with reachable():
            stores.tasks.put_crop(job.id, chunk)
    pause = threading.Event()
    while found is None:
        if time.monotonic() > deadline:
            raise CropUnavailable(timeout_s)
        with reachable():
            if not stores.records.exists(job.id):
                raise UnknownJob(job.id)
        pause.wait(_LOOK_EVERY_S)
        found = _read(stores, job.id, chunk)
    return found


def _read(stores: Stores, job_id: int, chunk: int) -> ChunkCrop | None:
    try:
        # The window is written last: where it is, the other is.
        window = stores.blobs.read(job_id, window_name(chunk))
        return ChunkCrop(window, stores.blobs.read(job_id, CONTEXT))
    except FileNotFoundError:
        return None
