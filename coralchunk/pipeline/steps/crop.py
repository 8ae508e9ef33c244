"""Crop a chunk out of the photo of a completed job or of a survey, in a worker."""

from io import BytesIO

from coralchunk.errors import NotFinished
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.encode import exact_png, webp
from coralchunk.imaging.grid import grid, surroundings
from coralchunk.imaging.photo import Photo
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.storage.files.blobs import CONTEXT, PHOTO, view_name, window_name


def crop_chunk(context: WorkerContext, job_id: int, chunk: int) -> None:
    """Cut a chunk out. Raises UnknownJob, NotFinished, Unreadable, StorageFull."""
    records, blobs = context.stores.records, context.stores.blobs
    job = records.get(job_id)
    if job.state is not JobState.COMPLETED:
        raise NotFinished(job_id, job.state)
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
    with kept.open(f"{folder}/{PHOTO}") as stream:
        photo = open_photo(stream, context.stores.settings.max_pixels, context.conversions)
    for name, picture in _pictures(photo, chunk):
        kept.write(f"{folder}/{name}", BytesIO(picture))


def _pictures(photo: Photo, chunk: int) -> list[tuple[str, bytes]]:
    """Return the pictures of a chunk; the one that others wait for comes last."""
    place = grid(photo.size)[chunk]
    (window,) = photo.windows([place])
    return [
        (CONTEXT, exact_png(photo.small)),
        (view_name(chunk), webp(photo.cut(surroundings(photo.size, place)))),
        (window_name(chunk), exact_png(window)),
    ]
