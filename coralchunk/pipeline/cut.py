"""A completed job and a chunk -> that chunk as the model saw it, and its photo, small; by a worker."""

from io import BytesIO

from coralchunk.errors import NotFinished
from coralchunk.imaging.encode import exact_png
from coralchunk.imaging.grid import grid
from coralchunk.pipeline.bench import Bench
from coralchunk.pipeline.job import JobState
from coralchunk.storage.blobs import CONTEXT, window_part


def cut_window(bench: Bench, job_id: int, chunk: int) -> None:
    """Cut a chunk out. Raises UnknownJob, NotFinished, Unreadable, StorageFull."""
    records, blobs = bench.stores.records, bench.stores.blobs
    job = records.get(job_id)
    if job.state is not JobState.COMPLETED:
        raise NotFinished(job_id, job.state)
    photo = bench.photos.get(job)
    (window,) = photo.windows([grid(job.size)[chunk]])
    for name, picture in ((CONTEXT, photo.small), (window_part(chunk), window)):
        blobs.keep(job_id, name, BytesIO(exact_png(picture)))
    if not records.exists(job_id):
        # Deleted meanwhile: what was just written must not outlive it.
        blobs.delete(job_id)
