"""What one worker has at hand to judge chunks."""

from dataclasses import dataclass
from typing import Final

from coralchunk.inference.classifier import Classifier
from coralchunk.pipeline.photos import PhotoShelf
from coralchunk.pipeline.stores import Stores
from coralchunk.processes import has_vnni
from coralchunk.storage.models import ListedModel, ModelShelf

_PHOTO_MEMORY_BYTES: Final = 128_000_000  # of decoded photos a worker keeps: three of 12 megapixels


@dataclass(frozen=True, slots=True)
class Bench:
    """The stores, the loaded model and the photos decoded last."""

    stores: Stores
    classifier: Classifier
    photos: PhotoShelf


def open_bench(stores: Stores, models: ModelShelf, model: ListedModel) -> Bench:
    """Load the model into this process. Raises BadModel."""
    return Bench(
        stores=stores,
        classifier=load_classifier(models, model),
        photos=PhotoShelf(stores.blobs, stores.settings.max_pixels, _PHOTO_MEMORY_BYTES),
    )


def load_classifier(models: ModelShelf, model: ListedModel) -> Classifier:
    """Check a model's file against its sha256 and load it. Raises BadModel."""
    return Classifier(models.onnx(model), models.manifest(model), has_wide_sums=has_vnni())
