"""Shape collections of labelled images as clients read them."""

import time
from collections.abc import Sequence
from typing import Any, Final

from coralchunk.api.context import services
from coralchunk.api.signed_url import signed_path
from coralchunk.errors.datasets import UnknownThing
from coralchunk.storage.rows.classifier_versions import ClassifierVersion
from coralchunk.storage.rows.collections import Collection, TrainingState
from coralchunk.storage.rows.images import Image
from coralchunk.training.photo_models import is_offered
from coralchunk.training.task_answers import RecordAnswer

_STATES: Final = {
    TrainingState.NONE.value: "none",
    TrainingState.TRAINING.value: "training",
    TrainingState.TRAINED.value: "trained",
    TrainingState.FAILED.value: "failed",
}
_DIGITS: Final = 5


def own_collection(user_id: int, collection_id: str) -> Collection:
    """Return a collection as it is now. Raises UnknownThing."""
    found = services().datasets.collections.get(user_id, collection_id)
    return services().trainings.settled(found, time.time())


def own_version(collection: Collection, number: int) -> ClassifierVersion:
    """Return a version of a collection's classifier, in whatever state. Raises UnknownThing."""
    for version in services().datasets.versions.of_collection(collection):
        if version.number == number:
            return version
    raise UnknownThing("version", number)


def overview(collection: Collection) -> dict[str, Any]:
    """Return a collection as a list has it."""
    return {
        "id": collection.public_id,
        "name": collection.name,
        "type": collection.type,
        "made_by": collection.kind,
        "description": collection.description,
        "training": {
            "state": _STATES[collection.training_state],
            "progress": services().trainings.progress(collection),
            "error": collection.training_error,
        },
        "current_version": collection.current_number,
        "created_at": collection.created_at,
    }


def whole(collection: Collection) -> dict[str, Any]:
    """Return a collection with its labels and versions."""
    datasets = services().datasets
    return {
        **overview(collection),
        "min_images": services().settings.training_min_images,
        "labels": [
            {
                "id": label.public_id,
                "name": label.name,
                "images": label.images_count,
                "is_negative": label.negative_for is not None,
            }
            for label in datasets.collection_images.labels(collection)
        ],
        "versions": [_version(one) for one in datasets.versions.of_collection(collection)],
    }


def images_body(images: Sequence[Image], after: str | None) -> dict[str, Any]:
    """Return a page of images."""
    return {"images": [image_body(one) for one in images], "after": after}


def image_body(image: Image) -> dict[str, Any]:
    """Return an image with the signed address of its thumbnail."""
    return {
        "id": image.public_id,
        "width": image.width,
        "height": image.height,
        "thumbnail": signed_path("ximilar_files.image_file", f"{image.public_id}-thumb.jpg"),
        "metadata": image.metadata,
        "created_at": image.created_at,
    }


def tried_body(answers: Sequence[RecordAnswer]) -> list[dict[str, Any]]:
    """Return what a version says of images."""
    return [
        {
            "width": answer.width,
            "height": answer.height,
            "labels": [
                {"id": label.id, "name": label.name, "number": round(label.number, _DIGITS)}
                for label in answer.labels
            ],
            "error": answer.error,
        }
        for answer in answers
    ]


def _version(version: ClassifierVersion) -> dict[str, Any]:
    return {
        "id": version.public_id,
        "number": version.number,
        "state": version.state,
        "error": version.error,
        "sees": "chunk" if "comparison" in version.figures else "picture",
        "model": version.model if is_offered(version) else None,
        "labels": [str(label["name"]) for label in version.labels],
        "figures": version.figures,
        "created_at": version.created_at,
    }
