"""Crop a chunk of a completed job out of its photo, in a worker."""

from io import BytesIO

from coralchunk.errors import NotFinished
from coralchunk.imaging.encode import exact_png
from coralchunk.imaging.grid import grid
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.storage.files.blobs import CONTEXT, window_name


def crop_chunk(context: WorkerContext, job_id: int, chunk: int) -> None:
    """Cut a chunk out. Raises UnknownJob, NotFinished, Unreadable, StorageFull."""
    records, blobs = context.stores.records, context.stores.blobs
    job = records.get(job_id)
    if job.state is not JobState.COMPLETED:
        raise NotFinished(job_id, job.state)
    photo = context.photos.whole(job)
    (window,) = photo.windows([grid(job.size)[chunk]])
    for name, picture in ((CONTEXT, photo.small), (window_name(chunk), window)):
        blobs.write(job_id, name, BytesIO(exact_png(picture)))
    if not records.exists(job_id):
        # The job was deleted meanwhile: the file just written must not remain.
        blobs.delete(job_id)
