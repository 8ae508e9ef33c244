"""Train one collection: load its images, learn, export, and make the new version the one that answers."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np

from coralchunk.datasets.ids import new_uuid
from coralchunk.errors import Unreadable
from coralchunk.errors.training import TooLittleToLearn
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.whole import whole
from coralchunk.pipeline.training.training_job import TrainingRequest
from coralchunk.processes import has_vnni
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.files.trained_models import TrainedModels, trained_name
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.storage.rows import classifier_versions, classifiers, collections, image_labels, labels
from coralchunk.storage.rows.classifier_versions import ClassifierVersion, VersionState
from coralchunk.storage.rows.collections import Collection, TrainingState
from coralchunk.storage.rows.labels import Label, LabelFilter
from coralchunk.storage.sql.database import Database
from coralchunk.terms import OutputKind, Pixels
from coralchunk.training.learning.backbone import Backbone, cut_backbone
from coralchunk.training.learning.describe import Describer, Description
from coralchunk.training.learning.export import ModelName, check_parity, export
from coralchunk.training.learning.learn import Examples, Learned, learn
from coralchunk.training.lessons import Lesson, choose_lesson

_DESCRIBED: Final = 0.85  # share of the work when all images are described
_LEARNED: Final = 0.95
_CHECKED: Final = 4  # pictures that the exported model is compared on


class CollectionGone(Exception):
    """The collection was deleted while it was trained."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a training reads and writes."""

    database: Database
    images: ImageBlobs
    models: ModelRepository
    trained: TrainedModels
    backbone: str | None  # label of the model whose network is used; None for the bundled one
    max_pixels: int
    threads: int
    report: Callable[[float], None]  # receives the share of the work that is done; raises to end it
    clock: Callable[[], float]  # Unix seconds


def train(place: Place, job_id: int, request: TrainingRequest) -> int:
    """Train a collection. Returns the number of the new version, the same if it was made before.

    Raises CollectionGone, TooLittleToLearn, BadModel, StorageFull, StorageDown or DatabaseDown.
    """
    collection = _collection(place, request)
    earlier = _earlier(place, collection, job_id)
    if earlier is not None and earlier.state == VersionState.READY:
        return earlier.number
    lesson = _lesson(place, collection, request)
    source = place.models.find(place.backbone)
    backbone = cut_backbone(place.models.onnx(source), place.models.manifest(source))
    describer = Describer(backbone, place.threads, has_wide_sums=has_vnni())
    examples, pictures = _described(place, collection, lesson, describer)
    learned = learn(examples)
    place.report(_LEARNED)
    version = earlier or _new_version(place, collection, request, job_id, lesson.labels)
    name = ModelName(
        trained_name(collection.classifier_id),
        str(version.number),
        collection.name,
        examples.labels,
        examples.kind,
    )
    exported = export(backbone, learned, name, len(lesson.images))
    check_parity(exported, learned.head, describer, pictures, has_wide_sums=has_vnni())
    label = f"{name.name}-{name.version}"
    place.trained.write(label, exported.onnx, exported.manifest.model_dump_json(indent=2).encode())
    _publish(place, request, version, label, _figures(learned, backbone))
    return version.number


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


def _collection(place: Place, request: TrainingRequest) -> Collection:
    with place.database.reading() as connection:
        found = collections.find_collection_by_id(connection, request.user_id, request.collection_id)
    if found is None:
        raise CollectionGone
    return found


def _earlier(place: Place, collection: Collection, job_id: int) -> ClassifierVersion | None:
    """Return the version that an earlier attempt of this job has made."""
    with place.database.reading() as connection:
        known = classifier_versions.versions_of(connection, [collection.classifier_id])
    return next((version for version in known if version.job_id == job_id), None)


def _lesson(place: Place, collection: Collection, request: TrainingRequest) -> Lesson:
    with place.database.reading() as connection:
        wanted = LabelFilter(collection.workspace_id, collection_id=collection.id)
        # Images of a negative label are negative examples for the others; that label is never predicted.
        known = [label for label in labels.page_of_labels(connection, wanted) if label.negative_for is None]
        examples = list(image_labels.examples_of_collection(connection, collection.id))
    lesson = choose_lesson(OutputKind(collection.type), known, examples, request.min_images)
    needed = 2 if collection.type == OutputKind.MULTI_CLASS else 1
    if len(lesson.labels) < needed:
        raise TooLittleToLearn(
            f"{len(lesson.labels)} of {len(known)} labels have {request.min_images} images",
            f"At least {needed} are needed.",
        )
    return lesson


def _described(
    place: Place, collection: Collection, lesson: Lesson, describer: Describer
) -> tuple[Examples, list[Pixels]]:
    """Describe the images; those that cannot be read any more are left out.

    Returns also a few of the pictures.
    """
    kept: list[int] = []
    few: list[Pixels] = []

    def pictures() -> Iterator[Pixels]:
        for number, image in enumerate(lesson.images):
            try:
                photo = open_photo(BytesIO(place.images.image(image.blob)), place.max_pixels)
                picture = whole(photo, describer.side_px)
            except (FileNotFoundError, Unreadable):  # deleted meanwhile
                continue
            kept.append(number)
            if len(few) < _CHECKED:
                few.append(picture)
            yield picture

    described: list[Description] = []
    for description in describer.describe(pictures()):
        described.append(description)
        place.report(_DESCRIBED * len(described) / len(lesson.images))
    by_image = dict(zip(kept, described, strict=True))
    rows = np.array([number for number, row in enumerate(lesson.rows) if row in by_image], dtype=np.intp)
    if not rows.size:
        raise TooLittleToLearn("none of the images can be read", "Upload them again.")
    examples = Examples(
        kind=OutputKind(collection.type),
        labels=tuple(label.name for label in lesson.labels),
        targets=lesson.targets[rows],
        digests=[lesson.images[row].sha256 for row in lesson.rows[rows]],
        descriptions=[by_image[row] for row in lesson.rows[rows]],
        tests=lesson.tests[rows],
    )
    return examples, few


def _new_version(
    place: Place, collection: Collection, request: TrainingRequest, job_id: int, columns: tuple[Label, ...]
) -> ClassifierVersion:
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


def _publish(
    place: Place, request: TrainingRequest, version: ClassifierVersion, model: str, figures: dict[str, Any]
) -> None:
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


def _figures(learned: Learned, backbone: Backbone) -> dict[str, Any]:
    told = learned.figures.labels
    return asdict(learned.figures) | {
        "precision": _mean([label.precision for label in told]),
        "recall": _mean([label.recall for label in told]),
        "backbone": backbone.name,
        "regularisation": learned.strength,
        "temperature": learned.head.temperature,
    }


def _mean(shares: list[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None
