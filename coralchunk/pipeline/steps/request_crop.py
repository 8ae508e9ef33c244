"""Ask a worker to crop a chunk of a photo, and wait for it.

Decoding an upload is a worker's task: in a web process it would delay other requests, and a file that crashes
the decoder would take the web process down. So web queues the crop and reads the file that the worker stores.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from coralchunk.errors import UnknownJob
from coralchunk.errors.surveys import CropUnavailable
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.records.job_records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import CONTEXT, view_name, window_name

_LOOK_EVERY_S: Final = 0.05
_TIMEOUT_S: Final = 20.0

Read = Callable[[str], bytes]  # reads a picture by its name, or raises FileNotFoundError


@dataclass(frozen=True, slots=True)
class ChunkCrop:
    """Files with pictures."""

    window: bytes  # PNG, 244 x 244 px
    context: bytes  # PNG, the whole photo, at most 256 px a side; the scene is measured on it: imaging.scene
    view: bytes  # WebP, the chunk with its surroundings


def queue_crops(stores: Stores, wanted: Iterable[tuple[Job, int]]) -> None:
    """Have chunks of completed jobs cropped, without waiting. Raises QueueDown."""
    for job, chunk in wanted:
        if _read(_of_job(stores, job), chunk) is None:
            with reachable():
                stores.tasks.put_crop(job.id, chunk)


def request_crop(stores: Stores, job: Job, chunk: int, timeout_s: float = _TIMEOUT_S) -> ChunkCrop:
    """Have a chunk of a completed job cropped, and wait for it.

    Raises CropUnavailable, UnknownJob, QueueDown.
    """

    def check() -> None:
        if not stores.records.exists(job.id):
            raise UnknownJob(job.id)

    read = _of_job(stores, job)
    return _wait(read, chunk, lambda: stores.tasks.put_crop(job.id, chunk), check, timeout_s)


def request_kept_crop(stores: Stores, folder: str, chunk: int, timeout_s: float = _TIMEOUT_S) -> ChunkCrop:
    """Have a chunk of a photo that a survey keeps cropped, and wait for it.

    folder  of the photo, see surveys.evidence

    Raises CropUnavailable, QueueDown.
    """

    def read(name: str) -> bytes:
        return stores.kept.read(f"{folder}/{name}")

    return _wait(read, chunk, lambda: stores.tasks.put_kept_crop(folder, chunk), lambda: None, timeout_s)


def _wait(
    read: Read, chunk: int, put: Callable[[], None], check: Callable[[], None], timeout_s: float
) -> ChunkCrop:
    deadline = time.monotonic() + timeout_s
    found = _read(read, chunk)
    if found is None:
        with reachable():
            put()
    pause = threading.Event()
    while found is None:
        if time.monotonic() > deadline:
            raise CropUnavailable(timeout_s)
        with reachable():
            check()
        pause.wait(_LOOK_EVERY_S)
        found = _read(read, chunk)
    return found


def _of_job(stores: Stores, job: Job) -> Read:
    return lambda name: stores.blobs.read(job.id, name)


def _read(read: Read, chunk: int) -> ChunkCrop | None:
    try:
        # The window is written last: where it is, the others are. Earlier versions wrote no view.
        window = read(window_name(chunk))
        return ChunkCrop(window, read(CONTEXT), read(view_name(chunk)))
    except FileNotFoundError:
        return None
