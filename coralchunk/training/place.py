"""Read and write what every training needs: the collection, the new version, and how it ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from coralchunk.datasets.ids import new_uuid
from coralchunk.pipeline.training.training_job import TrainingRequest
from coralchunk.sandbox.network_process import Limits
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.files.trained_models import TrainedModels
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.rows import classifier_versions, classifiers, collections
from coralchunk.storage.rows.classifier_versions import ClassifierVersion, VersionState
from coralchunk.storage.rows.collections import Collection, TrainingState
from coralchunk.storage.rows.labels import Label
from coralchunk.storage.sql.database import Database


class CollectionGone(Exception):
    """The collection was deleted while it was trained."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a training reads and writes."""

    database: Database
    images: ImageBlobs
    corrections: ObjectStore  # pictures of corrected chunks
    networks: ObjectStore  # that users have uploaded
    limits: Limits  # of such a network
    models: ModelRepository
    trained: TrainedModels
    backbone: str | None  # label of the model whose network is used; None for the bundled one
    max_pixels: int
    threads: int
    report: Callable[[float], None]  # receives the share of the work that is done; raises to end it
    clock: Callable[[], float]  # Unix seconds


def note_failure(place: Place, job_id: int, request: TrainingRequest, reason: str) -> None:
    """Tell a collection that no version came of its training."""
    with place.database.writing() as connection:
        found = collections.find_collection_by_id(connection, request.user_id, request.collection_id)
        if found is None or found.training_job_id != job_id:
            return
        changes = {"training_state": TrainingState.FAILED.value, "training_error": reason}
        collections.change_collection(connection, found.id, changes)
        for version in classifier_versions.versions_of(connection, [found.classifier_id]):
            if version.job_id == job_id and version.state == VersionState.TRAINING:
                failed = {
                    "state": VersionState.FAILED.value,
                    "error": reason,
                    "finished_at": place.clock(),
                }
                classifier_versions.change_version(connection, version.id, failed)


def is_there(place: Place, request: TrainingRequest) -> bool:
    """Tell whether the collection still exists."""
    with place.database.reading() as connection:
        return (
            collections.find_collection_by_id(connection, request.user_id, request.collection_id) is not None
        )


def get_collection(place: Place, request: TrainingRequest) -> Collection:
    """Return the collection that is trained. Raises CollectionGone."""
    with place.database.reading() as connection:
        found = collections.find_collection_by_id(connection, request.user_id, request.collection_id)
    if found is None:
        raise CollectionGone
    return found


def earlier_version(place: Place, collection: Collection, job_id: int) -> ClassifierVersion | None:
    """Return the version that an earlier attempt of this job has made."""
    with place.database.reading() as connection:
        known = classifier_versions.versions_of(connection, [collection.classifier_id])
    return next((version for version in known if version.job_id == job_id), None)


def add_version(
    place: Place, collection: Collection, request: TrainingRequest, job_id: int, columns: Sequence[Label]
) -> ClassifierVersion:
    """Add the version that is being made. Raises CollectionGone.

    columns  labels of the model, in their order
    """
    labels = [
        {"id": label.public_id, "name": label.name, "output_name": label.output_name} for label in columns
    ]
    version = ClassifierVersion(
        id=0,
        public_id=new_uuid(),
        classifier_id=collection.classifier_id,
        network_id=None,
        number=0,
        state=VersionState.TRAINING.value,
        error=None,
        model=None,
        labels=labels,
        post_processing={},
        figures={},
        job_id=job_id,
        created_at=place.clock(),
        finished_at=None,
    )
    with place.database.writing() as connection:
        if collections.find_collection_by_id(connection, request.user_id, request.collection_id) is None:
            raise CollectionGone
        return classifier_versions.add_version(connection, version)


def publish(
    place: Place, request: TrainingRequest, version: ClassifierVersion, model: str, figures: dict[str, Any]
) -> None:
    """Make a version the one that answers.

    model    label of the model, which is stored already
    figures  what was measured

    Raises CollectionGone; the model is removed then.
    """
    now = place.clock()
    with place.database.writing() as connection:
        if collections.find_collection_by_id(connection, request.user_id, request.collection_id) is None:
            place.trained.delete(model)
            raise CollectionGone
        ready = {"state": VersionState.READY.value, "model": model, "figures": figures, "finished_at": now}
        classifier_versions.change_version(connection, version.id, ready)
        current = {"current_version_id": version.id, "updated_at": now}
        classifiers.change_classifier(connection, version.classifier_id, current)
        trained = {"training_state": TrainingState.TRAINED.value, "training_error": None, "updated_at": now}
        collections.change_collection(connection, request.collection_id, trained)
