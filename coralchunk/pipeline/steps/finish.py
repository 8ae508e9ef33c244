"""Finish a job whose chunks all have results: stitch, store the answer, mark the job completed."""

from typing import Final

import structlog

from coralchunk.imaging.card.in_photo import card_in
from coralchunk.metrics import CHUNKS_CLASSIFIED, JOBS
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.records.probabilities import unpacked
from coralchunk.pipeline.steps.stitch import stitch
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.pipeline.worker.small_photo import Searched
from coralchunk.storage.files.blobs import CHUNKS, PICTURE, SUMMARY
from coralchunk.storage.files.previews import CLEAR_PREVIEW, PREVIEW

_log: Final = structlog.get_logger()


def finish(context: WorkerContext, job: Job, searched: Searched | None = None) -> None:
    """Stitch a job and store its answer; the job is completed once the answer is on disk.

    searched  the outcome of the search for the colour card, if the photo was searched already
    """
    stores, manifest = context.stores, context.classifier_of(job.model).manifest
    photo = context.photos.get(job, manifest.preprocessing.input_px)
    answer = stitch(
        photo,
        unpacked(stores.records.raw_results(job)),
        manifest,
        stores.settings.result_max_side,
        (lambda: card_in(photo)) if searched is None else (lambda: searched.card),
    )
    preview = PREVIEW if answer.is_opaque else CLEAR_PREVIEW
    parts = {PICTURE: answer.png, preview: answer.preview, SUMMARY: answer.summary, CHUNKS: answer.chunks}
    try:
        stores.blobs.write_all(job.id, parts)
    except FileNotFoundError:
        if stores.records.exists(job.id):
            raise
        # The job was deleted meanwhile, and its folder with it.
    if stores.records.complete(job.id, answer.picture):
        JOBS.labels("completed").inc()
        _log.info("photo completed", chunks=job.total_chunks)
        for state, count in answer.counts.items():
            CHUNKS_CLASSIFIED.labels(state.value).inc(count)
    elif not stores.records.exists(job.id):
        # The job was deleted meanwhile: the files just written must not remain.
        stores.blobs.delete(job.id)
    context.photos.drop(job.id)
