"""Crop a chunk out of the photo of a completed job or of a survey, in a worker."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Final

from redis.exceptions import LockError

from coralchunk.errors import NotFinished
from coralchunk.errors.surveys import CropUnavailable
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.encode import exact_png, webp
from coralchunk.imaging.grid import grid, surroundings
from coralchunk.imaging.photo import Photo
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.records.keys import crop_lock
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.storage.files.blobs import CONTEXT, PHOTO, view_name, window_name

_LOCKED_S: Final = 15  # at most; a crop takes a fraction of a second


def crop_chunk(context: WorkerContext, job_id: int, chunk: int) -> None:
    """Cut a chunk out. Raises UnknownJob, NotFinished, Unreadable, StorageFull."""
    records, blobs = context.stores.records, context.stores.blobs
    job = records.get(job_id)
    if job.state is not JobState.COMPLETED:
        raise NotFinished(job_id, job.state)
    with _alone(context, str(job_id)):
        for name, picture in _pictures(context.photos.whole(job), chunk):
            blobs.write(job_id, name, BytesIO(picture))
    if not records.exists(job_id):
        # The job was deleted meanwhile: the file just written must not remain.
        blobs.delete(job_id)


def crop_kept(context: WorkerContext, folder: str, chunk: int) -> None:
    """Cut a chunk out of a photo that a survey keeps. Raises FileNotFoundError, Unreadable, StorageFull.

    folder  of the photo, see surveys.evidence
    """
    kept = context.stores.kept
    with _alone(context, folder):
        with kept.open(f"{folder}/{PHOTO}") as stream:
            photo = open_photo(stream, context.stores.settings.max_pixels, context.conversions)
        for name, picture in _pictures(photo, chunk):
            kept.write(f"{folder}/{name}", BytesIO(picture))


@contextmanager
def _alone(context: WorkerContext, photo: str) -> Iterator[None]:
    """Keep other workers from cropping the same photo: all its crops write `context.png`."""
    lock = context.stores.redis.lock(crop_lock(photo), timeout=_LOCKED_S)
    if not lock.acquire(blocking_timeout=_LOCKED_S):
        raise CropUnavailable(_LOCKED_S)
    try:
        yield
    finally:
        with suppress(LockError):  # it took longer, and the lock has expired
            lock.release()


def _pictures(photo: Photo, chunk: int) -> list[tuple[str, bytes]]:
    """Return the pictures of a chunk; the one that others wait for comes last."""
    place = grid(photo.size)[chunk]
    (window,) = photo.windows([place])
    return [
        (CONTEXT, exact_png(photo.small)),
        (view_name(chunk), webp(photo.cut(surroundings(photo.size, place)))),
        (window_name(chunk), exact_png(window)),
    ]
