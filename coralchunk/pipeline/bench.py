"""What one worker has at hand to judge chunks."""

from dataclasses import dataclass
from typing import Final

from coralchunk.inference.classifier import Classifier
from coralchunk.pipeline.classifiers import ClassifierShelf, load_classifier
from coralchunk.pipeline.photos import PhotoShelf
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.models import ListedModel, ModelShelf

_PHOTO_MEMORY_BYTES: Final = 128_000_000  # of decoded photos a worker keeps: three of 12 megapixels


@dataclass(frozen=True, slots=True)
class Bench:
    """The stores, the loaded model and the photos decoded last."""

    stores: Stores
    classifier: Classifier
    photos: PhotoShelf
    classifiers: ClassifierShelf


def open_bench(stores: Stores, models: ModelShelf, model: ListedModel) -> Bench:
    """Load the model into this process. Raises BadModel."""
    classifier = load_classifier(models, model)
    return Bench(
        stores=stores,
        classifier=classifier,
        photos=PhotoShelf(stores.blobs, stores.settings.max_pixels, _PHOTO_MEMORY_BYTES),
        classifiers=ClassifierShelf(models, model, classifier),
    )
