"""Classify images by one version of a task, and keep them in its workspace if that is wanted."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from coralchunk.config import Settings
from coralchunk.datasets.datasets import Datasets
from coralchunk.datasets.images import Upload
from coralchunk.errors import BadRequest, Unreadable
from coralchunk.errors.access import FetchingOff
from coralchunk.errors.datasets import AlreadyStored, BadValue, ImageTooLarge, UnknownThing
from coralchunk.pipeline.images.classify_now import classify_and_fetch, classify_now
from coralchunk.pipeline.images.image_job import ClassifiedPicture, ImageRequest, RequestedModel
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.rows.classifier_versions import ClassifierVersion
from coralchunk.storage.rows.collections import Collection, CollectionType

_LONGEST_URL: Final = 2000
_HOLDS_FROM: Final = 0.5  # probability of a tag that a stored image gets


@dataclass(frozen=True, slots=True)
class Record:
    """An image that is to be classified: its bytes, or where it is, or why it cannot be used."""

    content: bytes | None = None
    url: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LabelAnswer:
    """The prediction of a version for one label."""

    id: str  # public id of the label
    name: str
    number: float  # its probability, or its value


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """The predictions of a version for one image, or why there are none."""

    width: int  # px, upright
    height: int
    labels: tuple[LabelAnswer, ...]  # most probable first; values in the order of the version's labels
    error: str | None
    stored_image_id: str | None  # public id of the training image, if it was kept


class TaskAnswers:
    """Asks the versions of tasks."""

    def __init__(self, stores: Stores, datasets: Datasets, settings: Settings) -> None:
        self._stores: Final = stores
        self._datasets: Final = datasets
        self._settings: Final = settings

    def classify(
        self,
        task: Collection,
        version: ClassifierVersion,
        records: Sequence[Record],
        now: float,
        *,
        keep: bool = False,
    ) -> list[RecordAnswer]:
        """Return the predictions of a version for images, in their order.

        keep  whether the images become training images of the task's workspace, with the labels found
        now   Unix seconds

        Raises NotClassifiedInTime, JobFailed, Stopping, QueueFull, QueueDown or StorageFull.
        """
        checked = [self._checked(record) for record in records]
        if not keep:
            return [_answer(task, version, one) for one in self._classified(task, version, checked, now)]
        return [
            self._kept(task, _answer(task, version, picture), content, now)
            for picture, content in self._fetched(task, version, checked, now)
        ]

    def _checked(self, record: Record) -> Record:
        if record.url is not None and record.error is None:
            if not self._settings.fetch_urls:
                return Record(error=str(FetchingOff()))
            if len(record.url) > _LONGEST_URL or not record.url.lower().startswith(("http://", "https://")):
                remedy = f"use at most {_LONGEST_URL} characters that begin with http:// or https://"
                return Record(error=str(BadValue("_url", record.url, remedy)))
        size, max_mb = len(record.content or b""), self._settings.dataset_image_mb
        if size > max_mb * 1_000_000:
            return Record(error=str(ImageTooLarge(size, max_mb)))
        return record

    def _classified(
        self, task: Collection, version: ClassifierVersion, records: Sequence[Record], now: float
    ) -> list[ClassifiedPicture]:
        """Return the predictions of the version for each record; nothing is stored."""
        usable = [record for record in records if record.error is None]
        pictures: Iterator[ClassifiedPicture] = iter(())
        if usable:
            request = _request(version, [record.url for record in usable])
            uploads = [record.content for record in usable]
            pictures = iter(classify_now(self._stores, request, uploads, _owner(task), now))
        return [
            next(pictures) if record.error is None else ClassifiedPicture(error=record.error)
            for record in records
        ]

    def _fetched(
        self, task: Collection, version: ClassifierVersion, records: Sequence[Record], now: float
    ) -> list[tuple[ClassifiedPicture, bytes]]:
        """Return the predictions of the version for each record, and the image."""
        addresses = [record.url for record in records if record.url is not None]
        fetched: Iterator[tuple[ClassifiedPicture, bytes]] = iter(())
        if addresses:
            request = _request(version, addresses)
            fetched = iter(classify_and_fetch(self._stores, request, _owner(task), now))
        sent = iter(self._classified(task, version, [one for one in records if one.url is None], now))
        return [
            next(fetched) if record.url is not None else (next(sent), record.content or b"")
            for record in records
        ]

    def _kept(self, task: Collection, answer: RecordAnswer, content: bytes, now: float) -> RecordAnswer:
        if answer.error is not None:
            return answer
        workspace = self._datasets.workspaces.get(task.user_id, task.workspace_id)
        try:
            image = self._datasets.images.add(workspace, Upload(content), now)
        except AlreadyStored as known:
            image = self._datasets.images.get(task.user_id, known.image_id)
        except (BadRequest, Unreadable) as refused:
            return RecordAnswer(answer.width, answer.height, answer.labels, str(refused), None)
        for label_id, value in _labels_to_keep(task, answer):
            with suppress(UnknownThing):  # deleted since the version was trained
                label = self._datasets.labels.get(task.user_id, label_id)
                self._datasets.labelling.add([image], label, value, now)
        return RecordAnswer(answer.width, answer.height, answer.labels, None, image.public_id)


def _request(version: ClassifierVersion, urls: Sequence[str | None]) -> ImageRequest:
    return ImageRequest(models=(RequestedModel(model=version.model or ""),), urls=tuple(urls))


def _owner(task: Collection) -> str:
    return f"user-{task.user_id}"


def _answer(task: Collection, version: ClassifierVersion, picture: ClassifiedPicture) -> RecordAnswer:
    if picture.error is not None:
        return RecordAnswer(picture.width, picture.height, (), picture.error, None)
    (said,) = picture.answers
    labels = [
        LabelAnswer(str(label["id"]), str(label["name"]), number)
        for label, number in zip(version.labels, said.numbers, strict=True)
    ]
    if task.type != CollectionType.REGRESSION:
        labels.sort(key=lambda label: -label.number)
    return RecordAnswer(picture.width, picture.height, tuple(labels), None, None)


def _labels_to_keep(task: Collection, answer: RecordAnswer) -> list[tuple[str, float | None]]:
    if task.type == CollectionType.REGRESSION:
        return [(label.id, label.number) for label in answer.labels]
    if task.type == CollectionType.MULTI_CLASS:
        return [(label.id, None) for label in answer.labels[:1]]
    return [(label.id, None) for label in answer.labels if label.number >= _HOLDS_FROM]
