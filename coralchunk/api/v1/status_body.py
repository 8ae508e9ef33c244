"""Build the body of GET /V1/api/status from the parts that were encoded when the job finished."""

import json
from typing import Any, Final

from pybase64 import b64encode

from coralchunk.errors import UnknownJob
from coralchunk.pipeline.records.job import Job, JobState
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import CHUNKS, PICTURE, SUMMARY
from coralchunk.storage.files.previews import Preview, read_preview

PARTS: Final = ("summary", "chunks", "image")


def answer_of(stores: Stores, job: Job, parts: tuple[str, ...]) -> bytes:
    """Return the JSON body for a job. Raises UnknownJob if it was deleted just now.

    parts  of PARTS; only a completed job has them
    """
    body = json.dumps(head_of(job), separators=(",", ":")).encode()
    if job.state is not JobState.COMPLETED:
        return body
    pieces = [body[:-1]]
    if "summary" in parts:
        pieces += [b',"summary":', _stored(stores, job, SUMMARY)]
    if "chunks" in parts:
        pieces += [b',"chunks":', _stored(stores, job, CHUNKS)]
    if "image" in parts:
        pieces += [b',"result_image":"data:image/png;base64,', b64encode(picture_of(stores, job)), b'"']
    return b"".join((*pieces, b"}"))


def picture_of(stores: Stores, job: Job) -> bytes:
    """Return the PNG of a completed job. Raises UnknownJob if it was deleted just now."""
    return _stored(stores, job, PICTURE)


def preview_of(stores: Stores, job: Job) -> Preview:
    """Return the small copy of the picture. Raises UnknownJob if there is none, as of old results."""
    try:
        return read_preview(lambda name: stores.blobs.read(job.id, name))
    except FileNotFoundError:
        raise UnknownJob(job.id) from None


def chunks_of(stores: Stores, job: Job) -> bytes:
    """Return the chunks of a completed job, a JSON array. Raises UnknownJob if it was deleted just now."""
    return _stored(stores, job, CHUNKS)


def head_of(job: Job) -> dict[str, Any]:
    """Return how far a job is, without its result."""
    head: dict[str, Any] = {
        "status": job.state.value,
        "completed_chunks": job.completed_chunks,
        "total_chunks": job.total_chunks,
        "remaining_chunks": job.total_chunks - job.completed_chunks,
        "progress": f"{job.completed_chunks}/{job.total_chunks}",
        "image_width": job.size.width,
        "image_height": job.size.height,
    }
    if job.picture is not None:
        head |= {"result_width": job.picture.width, "result_height": job.picture.height}
    if job.error is not None:
        head["error"] = job.error
    return head


def _stored(stores: Stores, job: Job, part: str) -> bytes:
    try:
        return stores.blobs.read(job.id, part)
    except FileNotFoundError:
        raise UnknownJob(job.id) from None
