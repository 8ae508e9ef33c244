"""Train one collection: load its images, learn, export, and make the new version the one that answers."""

from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from typing import Any, Final

import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.errors import Unreadable
from coralchunk.errors.training import TooLittleToLearn
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.whole import whole
from coralchunk.pipeline.training.training_job import TrainingRequest
from coralchunk.processes import has_vnni
from coralchunk.storage.files.trained_models import trained_name
from coralchunk.storage.rows import image_labels, labels
from coralchunk.storage.rows.classifier_versions import VersionState
from coralchunk.storage.rows.collections import Collection
from coralchunk.storage.rows.labels import LabelFilter
from coralchunk.terms import OutputKind
from coralchunk.training.learning.backbone import Backbone, cut_backbone
from coralchunk.training.learning.describe import Describer, Description
from coralchunk.training.learning.export import ModelName, check_parity, export
from coralchunk.training.learning.learn import Examples, Learned, learn
from coralchunk.training.lessons import Lesson, choose_lesson
from coralchunk.training.place import Place, add_version, earlier_version, get_collection, publish

_DESCRIBED: Final = 0.85  # share of the work when all images are described
_LEARNED: Final = 0.95
_CHECKED: Final = 4  # pictures that the exported model is compared on


def train(place: Place, job_id: int, request: TrainingRequest) -> int:
    """Train a collection. Returns the number of the new version, the same if it was made before.

    Raises CollectionGone, TooLittleToLearn, BadModel, StorageFull, StorageDown or DatabaseDown.
    """
    collection = get_collection(place, request)
    earlier = earlier_version(place, collection, job_id)
    if earlier is not None and earlier.state == VersionState.READY:
        return earlier.number
    lesson = _lesson(place, collection, request)
    source = place.models.find(place.backbone)
    backbone = cut_backbone(place.models.onnx(source), place.models.manifest(source))
    describer = Describer(backbone, place.threads, has_wide_sums=has_vnni())
    examples, pictures = _described(place, collection, lesson, describer)
    learned = learn(examples)
    place.report(_LEARNED)
    version = earlier or add_version(place, collection, request, job_id, lesson.labels)
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
    publish(place, request, version, label, _figures(learned, backbone))
    return version.number


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
