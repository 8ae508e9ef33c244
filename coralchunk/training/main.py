"""Train one collection, within bounds of memory."""

import os
import resource
import time
from typing import Final

import structlog

from coralchunk.config import Settings
from coralchunk.errors import CoralchunkError
from coralchunk.logs import set_up
from coralchunk.pipeline.stores import Stores, open_stores
from coralchunk.pipeline.training.training_job import (
    TrainingRequest,
    TrainingResult,
    stored_training_request,
    write_training_result,
)
from coralchunk.pipeline.worker.network_cache import network_limits
from coralchunk.processes import PARENT_VARIABLE, end_with_parent
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.files.trained_models import TrainedModels
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.storage.objects.places import open_named_store
from coralchunk.storage.sql.database import open_database
from coralchunk.training.place import CollectionGone, Place, is_there, note_failure
from coralchunk.training.process import train
from coralchunk.training.site_training import train_site

_NICE: Final = 9  # in addition to that of the worker: photos have priority
_LOOK_EVERY_S: Final = 1.0  # whether the collection still exists
_log: Final = structlog.get_logger()


def main(job_id: int) -> None:
    """Train the collection of a job, and keep how that ended for the task that finishes it."""
    parent = os.environ.get(PARENT_VARIABLE)  # noqa: TID251 - set by our parent, not by an operator
    end_with_parent(int(parent) if parent else None)
    os.nice(_NICE)
    settings = Settings.from_environment(os.environ)  # noqa: TID251 - an entry point
    set_up(settings.log_level)
    _limit(settings.training_memory_mb)
    structlog.contextvars.bind_contextvars(job_id=job_id)
    stores = open_stores(settings, redis_timeout_s=5)
    request = stored_training_request(stores, job_id)
    place = _place(settings, stores, job_id, request)
    write_training_result(stores, job_id, _trained(place, job_id, request))


def _trained(place: Place, job_id: int, request: TrainingRequest) -> TrainingResult:
    try:
        version = (train_site if request.for_site else train)(place, job_id, request)
    except CollectionGone:
        return TrainingResult(error="The collection was deleted.")
    except (CoralchunkError, MemoryError) as failure:
        reason = str(failure) or "The training needs more memory than it may have. Train on fewer images."
        _log.warning("not trained", reason=reason)
        note_failure(place, job_id, request, reason)
        return TrainingResult(error=reason)
    _log.info("trained", version=version)
    return TrainingResult(version=version)


def _limit(memory_mb: int) -> None:
    """Bound the memory of this process, and lift the limit on the time of a single task."""
    most = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))


def _place(settings: Settings, stores: Stores, job_id: int, request: TrainingRequest) -> Place:
    last_look = [time.monotonic()]

    def report(share: float) -> None:
        if time.monotonic() - last_look[0] < _LOOK_EVERY_S:
            return
        last_look[0] = time.monotonic()
        if not stores.records.set_progress(job_id, share) or not is_there(place, request):
            raise CollectionGone

    place = Place(
        database=open_database(settings.database_url, settings.data_dir),
        images=ImageBlobs(open_named_store(settings, "images")),
        corrections=open_named_store(settings, "corrections"),
        networks=stores.networks,
        limits=network_limits(settings),
        models=open_model_repository(settings),
        trained=TrainedModels(open_named_store(settings, "trained-models")),
        backbone=settings.model,
        max_pixels=settings.max_pixels,
        threads=settings.training_threads,
        report=report,
        clock=time.time,
    )
    return place
