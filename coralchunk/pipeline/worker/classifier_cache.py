"""Cache loaded classifiers: the one in use, and others that point jobs ask for."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coralchunk.arrays import Pixels, Probabilities
from coralchunk.errors.photos import NothingSeen
from coralchunk.imaging.grid import grid
from coralchunk.imaging.halved import ClassifiedPhoto
from coralchunk.imaging.photo import Photo
from coralchunk.inference.classifier import Classifier
from coralchunk.metrics import MODEL_SECONDS
from coralchunk.pipeline.worker.sandboxed_session import SandboxedSession
from coralchunk.processes import has_vnni
from coralchunk.sandbox.network_process import Limits
from coralchunk.storage.model_repository import ModelRef, ModelRepository
from coralchunk.terms import Chunk

_MOST: Final = 10  # loaded at once, besides the one in use: as many as one request names, 12 MB each


class ClassifierCache:
    """The model in use, and the most recently used others."""

    def __init__(
        self, models: ModelRepository, in_use: ModelRef, classifier: Classifier, limits: Limits
    ) -> None:
        self._models: Final = models
        self._limits: Final = limits
        self._in_use: Final = (in_use.label, classifier)
        self._others: Final[OrderedDict[str, Classifier]] = OrderedDict()

    def get(self, label: str) -> Classifier:
        """Return the model called `label`. Raises UnknownModel, BadModel, NetworkFailed."""
        if label == self._in_use[0]:
            return self._in_use[1]
        classifier = self._others.pop(label, None) or load_classifier(
            self._models, self._models.find(label), self._limits
        )
        while len(self._others) >= _MOST:
            self._others.popitem(last=False)[1].close()
        self._others[label] = classifier
        return classifier


def load_classifier(models: ModelRepository, model: ModelRef, limits: Limits) -> Classifier:
    """Check a model's file against its sha256 and load it. Raises BadModel, NetworkFailed.

    limits  of a graph that came from a user
    """
    onnx, manifest = models.onnx(model), models.manifest(model)
    session = SandboxedSession(onnx, limits) if manifest.sandboxed else None
    return Classifier(onnx, manifest, has_wide_sums=has_vnni(), session=session)


def classify_chunks(classifier: Classifier, photo: ClassifiedPhoto, chunks: Sequence[Chunk]) -> Probabilities:
    """Classify those chunks of a photo that have data, see imaging.photo; the others get NaN."""
    found = np.full((len(chunks), len(classifier.manifest.labels)), np.nan, dtype=np.float32)
    rows = [row for row, chunk in enumerate(chunks) if photo.has_data(chunk)]
    if rows:
        found[rows] = classify_windows(classifier, photo, [chunks[row] for row in rows])
    return found


def classify_by_area(classifier: Classifier, photo: Photo) -> NDArray[np.float64]:
    """Return the mean over the chunks of a photo, each by its pixels that hold something: (K,).

    Raises NothingSeen if no chunk has data.
    """
    chunks = grid(photo.size)
    rows = classify_chunks(classifier, photo, chunks).astype(np.float64)
    has_data = ~np.isnan(rows).any(axis=1)
    if not has_data.any():
        raise NothingSeen(photo.size)
    areas = np.array([photo.seen_px(chunk) for chunk in chunks], dtype=np.float64)
    return np.asarray(np.average(rows[has_data], axis=0, weights=areas[has_data]), dtype=np.float64)


def classify_windows(
    classifier: Classifier, photo: ClassifiedPhoto, chunks: Sequence[Chunk]
) -> Probabilities:
    """Classify chunks of a photo, and count the time that the model took."""
    before = classifier.cpu_s
    probabilities = classifier.probabilities(photo.windows(chunks), photo.scene)
    MODEL_SECONDS.inc(classifier.cpu_s - before)
    return probabilities


def classify_picture(classifier: Classifier, picture: Pixels) -> Probabilities:
    """Classify a whole picture by a model that sees pictures: (K,). Counts the time that the model took."""
    before = classifier.cpu_s
    (numbers,) = classifier.probabilities([picture], np.empty(0, np.float32))
    MODEL_SECONDS.inc(classifier.cpu_s - before)
    return np.asarray(numbers, dtype=np.float32)
