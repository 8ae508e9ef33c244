"""Hold what one worker process needs to classify chunks."""

from dataclasses import dataclass, field
from typing import Final

from coralchunk.errors import UnknownModel
from coralchunk.errors.photos import ModelGone
from coralchunk.errors.setup import BadModel
from coralchunk.imaging.colour.colour import Conversions
from coralchunk.inference.classifier import Classifier
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.classifier_cache import ClassifierCache, load_classifier
from coralchunk.pipeline.worker.network_cache import NetworkCache, network_limits
from coralchunk.pipeline.worker.photo_cache import DecodedPhotoCache
from coralchunk.pipeline.worker.shared_photos import IS_POSSIBLE, SharedPhotos
from coralchunk.pipeline.worker.turn import LONGEST_TURN_S, Stop, Turn
from coralchunk.storage.model_repository import ModelRef, ModelRepository

_PHOTO_MEMORY_BYTES: Final = 128_000_000  # of decoded photos a worker keeps: three of 12 megapixels


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """The stores, the loaded model, the photos decoded last and the colour conversions used last."""

    stores: Stores
    classifier: Classifier
    photos: DecodedPhotoCache
    classifiers: ClassifierCache
    conversions: Conversions
    networks: NetworkCache
    stop: Stop = field(default_factory=Stop)
    longest_turn_s: float = LONGEST_TURN_S  # that a task continues with the next batches of its photo

    def turn(self) -> Turn:
        """Begin the time with one photo."""
        return Turn(self.stores, self.stop, self.longest_turn_s)

    def classifier_of(self, label: str) -> Classifier:
        """Return the classifier of a photo's chunks; the server's own for no label. Raises ModelGone."""
        if not label:
            return self.classifier
        try:
            return self.classifiers.get(label)
        except (UnknownModel, BadModel) as gone:
            raise ModelGone(label) from gone


def open_worker_context(stores: Stores, models: ModelRepository, model: ModelRef) -> WorkerContext:
    """Load the model into this process. Raises BadModel, also for a model that does not classify coral."""
    limits = network_limits(stores.settings)
    classifier = load_classifier(models, model, limits)
    if not classifier.manifest.classifies_coral:
        raise BadModel(
            f"{model.label} tells {', '.join(classifier.manifest.labels)} apart, not the states of coral."
            " Set CORALCHUNK_MODEL to another model of models.txt."
        )
    settings, conversions = stores.settings, Conversions()
    return WorkerContext(
        stores=stores,
        classifier=classifier,
        photos=DecodedPhotoCache(
            stores.blobs,
            settings.max_pixels,
            _PHOTO_MEMORY_BYTES,
            conversions,
            settings.result_max_side,
            SharedPhotos(settings.data_dir.resolve() / "decoded") if IS_POSSIBLE else None,
        ),
        classifiers=ClassifierCache(models, model, classifier, limits),
        conversions=conversions,
        networks=NetworkCache(stores.networks, limits),
    )
