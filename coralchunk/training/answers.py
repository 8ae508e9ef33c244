"""Classify images on the web by several classifiers at once, and take corrections of what was said."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from coralchunk.config import Settings
from coralchunk.datasets.ids import new_hex, new_uuid
from coralchunk.datasets.training_sets import TrainingSet, TrainingSets
from coralchunk.errors.access import FetchingOff
from coralchunk.errors.datasets import BadValue, UnknownThing
from coralchunk.errors.training import ImageNotUsable
from coralchunk.pipeline.images.classify_now import classify_and_fetch
from coralchunk.pipeline.images.image_job import ImageRequest, ModelAnswer, RequestedModel
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.image_blobs import ImageBlobs, blob_name
from coralchunk.storage.rows import classifications, collections
from coralchunk.storage.rows.classifications import Classification, Feedback
from coralchunk.storage.rows.image_labels import ImageLabel
from coralchunk.storage.sql.database import Database
from coralchunk.training.classifiers import AnsweringClassifier, AnsweringClassifiers

_LONGEST_URL: Final = 2000
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_LONGEST_MESSAGE: Final = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Answer:
    """What one classifier says of an image."""

    public_id: str  # 40 hexadecimal digits
    classifier: AnsweringClassifier
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Answers:
    """What all classifiers of one request say."""

    request_id: str  # 40 hexadecimal digits
    answers: tuple[Answer, ...]  # in the order in which they were asked for


class AnswerService:
    """Asks classifiers, keeps what they said for corrections, and keeps feedback."""

    def __init__(
        self,
        database: Database,
        stores: Stores,
        blobs: ImageBlobs,
        known: AnsweringClassifiers,
        training_sets: TrainingSets,
    ) -> None:
        self._database: Final = database
        self._stores: Final = stores
        self._blobs: Final = blobs
        self._known: Final = known
        self._training_sets: Final = training_sets

    def fetch(self, user_id: int, url: str, now: float) -> bytes:
        """Fetch an image. `now` in Unix seconds.

        Raises BadValue, FetchingOff, ImageNotUsable, or Unavailable.
        """
        return self._classify(user_id, (), url, now)[1]

    def classify(self, user_id: int, slugs: tuple[str, ...], url: str, now: float) -> Answers:
        """Ask classifiers what the image at an address shows; image and answers are kept for corrections.

        now  Unix seconds

        Raises UnknownSlug, BadValue, FetchingOff, ImageNotUsable, or Unavailable.
        """
        asked = self._known.find(user_id, slugs)
        said, content = self._classify(user_id, tuple(one.model for one in asked), url, now)
        answers = tuple(_answer(one, found) for one, found in zip(asked, said, strict=True))
        found = Answers(new_hex(), answers)
        self._keep(user_id, found, content, now)
        return found

    def correct(self, user_id: int, public_id: str, label: str, now: float) -> tuple[TrainingSet, ImageLabel]:
        """Put the image of a classification under the label that it should have had.

        label  its id, or its name in any spelling
        now    Unix seconds

        Raises UnknownThing, BadValue.
        """
        with self._database.reading() as connection:
            said = classifications.find_classification(connection, user_id, public_id)
            if said is None:
                raise UnknownThing("classification", public_id)
            taught = collections.find_collection_of_classifier(connection, said.classifier_id)
        if taught is None:
            raise BadValue("classification_id", public_id, "its classifier is not trained on images of yours")
        training_set = self._training_sets.get(user_id, taught.id)
        known = training_set.label(label)
        if known is None:
            names = ", ".join(one.name for one in training_set.labels)
            raise BadValue("correct_label_id", label, f"use the id or the name of a label: {names}")
        try:
            content = self._blobs.image(said.blob)
        except FileNotFoundError:
            raise UnknownThing("image of the classification", public_id) from None
        link = self._training_sets.add_image(training_set, known.name, content, now)
        return training_set, link

    def tell(self, user_id: int, message: str, now: float) -> None:
        """Keep what a user has to say. `now` in Unix seconds. Raises BadValue.

        message  base64 of UTF-8; a blank counts as `+`, which a form turns into one if it is not escaped
        """
        try:
            encoded = re.sub(r"\s", "", message.strip().replace(" ", "+"))
            text = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise BadValue("message", message, "send base64 of UTF-8 text") from None
        if not text.strip() or len(text) > _LONGEST_MESSAGE or "\0" in text:
            raise BadValue("message", message, f"send 1 to {_LONGEST_MESSAGE} characters of text, as base64")
        with self._database.writing() as connection:
            classifications.add_feedback(connection, user_id, text, now)

    def all_feedback(self) -> list[Feedback]:
        """Return all that users had to say, oldest first."""
        with self._database.reading() as connection:
            return classifications.all_feedback(connection)

    def _classify(
        self, user_id: int, models: tuple[RequestedModel, ...], url: str, now: float
    ) -> tuple[tuple[ModelAnswer, ...], bytes]:
        request = ImageRequest(models=models, urls=(_checked_url(url, self._stores.settings),))
        ((picture, content),) = classify_and_fetch(self._stores, request, f"user-{user_id}", now)
        if picture.error is not None:
            raise ImageNotUsable(picture.error if url in picture.error else f"{url}: {picture.error}")
        return picture.answers, content

    def _keep(self, user_id: int, found: Answers, content: bytes, now: float) -> None:
        sha256 = hashlib.sha256(content).hexdigest()
        blob = blob_name(sha256, new_uuid())
        self._blobs.write(blob, content, b"")
        try:
            with self._database.writing() as connection:
                for one in found.answers:
                    kept = Classification(
                        public_id=one.public_id,
                        request_id=found.request_id,
                        user_id=user_id,
                        classifier_id=one.classifier.id,
                        version_id=one.classifier.version_id,
                        label=one.label,
                        confidence=one.confidence,
                        sha256=sha256,
                        blob=blob,
                        image_label_id=None,
                        created_at=now,
                    )
                    classifications.add_classification(connection, kept)
        except Exception:
            self._blobs.delete(blob)
            raise


def _checked_url(url: str, settings: Settings) -> str:
    if not settings.fetch_urls:
        raise FetchingOff
    if len(url) > _LONGEST_URL or not _URL.fullmatch(url):
        raise BadValue(
            "image_url",
            url,
            f"use an address of at most {_LONGEST_URL} characters that begins with http:// or https://",
        )
    return url


def _answer(classifier: AnsweringClassifier, said: ModelAnswer) -> Answer:
    confidence, label = max(zip(said.numbers, said.labels, strict=True))
    return Answer(new_hex(), classifier, label, confidence)
