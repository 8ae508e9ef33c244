"""A job whose chunks all have results -> its stored answer."""

from io import BytesIO
from typing import Final

import structlog

from coralchunk.metrics import JOBS, JUDGED
from coralchunk.pipeline.bench import Bench
from coralchunk.pipeline.job import Job
from coralchunk.pipeline.stitch import stitch
from coralchunk.storage.blobs import CHUNKS, PICTURE, SUMMARY

_log: Final = structlog.get_logger()


def finish(bench: Bench, job: Job) -> None:
    """Stitch a job and store its answer; the job is completed once the answer is on disk."""
    stores = bench.stores
    answer = stitch(
        bench.photos.get(job),
        stores.records.results(job),
        bench.classifier.manifest,
        stores.settings.result_max_side,
    )
    for name, content in ((PICTURE, answer.png), (SUMMARY, answer.summary), (CHUNKS, answer.chunks)):
        stores.blobs.keep(job.id, name, BytesIO(content))
    if stores.records.complete(job.id, answer.picture):
        JOBS.labels("completed").inc()
        _log.info("photo completed", chunks=job.total_chunks)
        for state, count in answer.counts.items():
            JUDGED.labels(state.value).inc(count)
    elif not stores.records.exists(job.id):
        # Deleted while it was stitched: what was just written must not outlive it.
        stores.blobs.delete(job.id)
    bench.photos.drop(job.id)
