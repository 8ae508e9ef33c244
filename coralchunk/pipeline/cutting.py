"""A completed job and a chunk -> that chunk, cut out by a worker.

Decoding an upload is a worker's work: in the web it would hold up everybody, and a file that is hard on a
decoder would take the web with it. So the web asks, waits, and reads what a worker has put beside the answer.
"""

import threading
import time
from dataclasses import dataclass
from typing import Final

from coralchunk.errors import UnknownJob
from coralchunk.errors.surveys import NotCut
from coralchunk.pipeline.job import Job
from coralchunk.pipeline.records import reachable
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.blobs import CONTEXT, window_part

_LOOK_EVERY_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Cutting:
    """PNG files."""

    window: bytes  # 244 x 244 px
    context: bytes  # the whole photo, at most 256 px a side; from it the scene is measured, see imaging.scene


def cutting(stores: Stores, job: Job, chunk: int, patience_s: float = 20.0) -> Cutting:
    """Have a chunk of a completed job cut out, and wait for it. Raises NotCut, UnknownJob, QueueDown."""
    deadline = time.monotonic() + patience_s
    found = _read(stores, job.id, chunk)
    if found is None:
        with reachable():
            stores.tasks.put_cut(job.id, chunk)
    pause = threading.Event()
    while found is None:
        if time.monotonic() > deadline:
            raise NotCut(patience_s)
        with reachable():
            if not stores.records.exists(job.id):
                raise UnknownJob(job.id)
        pause.wait(_LOOK_EVERY_S)
        found = _read(stores, job.id, chunk)
    return found


def _read(stores: Stores, job_id: int, chunk: int) -> Cutting | None:
    try:
        # The window is written last: where it is, the other is.
        window = stores.blobs.read(job_id, window_part(chunk))
        return Cutting(window, stores.blobs.read(job_id, CONTEXT))
    except FileNotFoundError:
        return None
