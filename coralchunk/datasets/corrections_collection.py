"""Collect a user's corrections of chunks as labelled images, so that they are trained on like any others."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from coralchunk.datasets.datasets import Datasets
from coralchunk.datasets.images import Upload
from coralchunk.datasets.labels import LabelDetails
from coralchunk.errors.datasets import AlreadyStored
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.rows import corrections, images, users
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.rows.collections import Collection, CollectionType
from coralchunk.storage.rows.corrections import Correction
from coralchunk.storage.rows.image_queries import ImageFilter
from coralchunk.storage.rows.images import Image
from coralchunk.storage.rows.labels import Label, LabelFilter, LabelKind
from coralchunk.storage.sql.database import Database
from coralchunk.terms import LABELS, State

NAME: Final = "Corrections"
_TASKS: Final = frozenset({ClassifierKind.TASK})


class CorrectionsCollection:
    """A task of each user, whose images are the chunks that their tokens corrected."""

    def __init__(self, database: Database, datasets: Datasets, pictures: ObjectStore) -> None:
        self._database: Final = database
        self._datasets: Final = datasets
        self._pictures: Final = pictures

    def collect(self, user_id: int, now: float, *, with_unowned: bool) -> tuple[Collection, int]:
        """Add new corrections to the user's collection, update changed ones, and remove those taken back.

        now           Unix seconds
        with_unowned  also take corrections that were made without a token

        Returns the collection, which is created if there is none, and the number of corrections in it.

        Raises TooManyThings or StorageFull.
        """
        collection = self._collection(user_id, now)
        labels = self._labels(collection)
        with self._database.reading() as connection:
            owners = {
                f"token-{token.id}" for token in users.all_tokens(connection) if token.user_id == user_id
            }
            known = corrections.all_corrections(connection)
        if with_unowned:
            owners.add("")
        owned = [one for one in known if one.owner in owners and LABELS[State(one.label)] in labels]
        kept = {_place(one.job_id, one.chunk) for one in owned}
        self._datasets.images.delete(
            [image for image in self._images(labels.values()) if corrected_place(image) not in {None, *kept}]
        )
        count = sum(
            self._add(collection, one, labels[LABELS[State(one.label)]], list(labels.values()), now)
            for one in owned
        )
        return self._datasets.collections.get(user_id, collection.public_id), count

    def forget(self, correction: Correction, content: bytes) -> None:
        """Remove the image of a correction that was taken back from the collections of all users.

        content  of the image, as it was collected
        """
        with self._database.reading() as connection:
            found = images.images_by_content(connection, hashlib.sha256(content).hexdigest())
        place = _place(correction.job_id, correction.chunk)
        self._datasets.images.delete([image for image in found if corrected_place(image) == place])

    def _add(
        self, collection: Collection, correction: Correction, label: Label, others: list[Label], now: float
    ) -> int:
        try:
            content = self._pictures.read(f"{correction.photo_key}/{correction.chunk}.png")
        except FileNotFoundError:  # removed meanwhile
            return 0
        image = self._image(collection, correction, content, now)
        for other in others:
            if other.id != label.id:
                self._datasets.labelling.remove([image], other)
        self._datasets.labelling.add([image], label, None, now)
        return 1

    def _images(self, labels: Iterable[Label]) -> Iterator[Image]:
        for label in labels:
            wanted = ImageFilter(label.workspace_id, label_ids=(label.id,))
            yield from self._datasets.images.page(wanted, 0, 0, max(1, self._datasets.images.count(wanted)))

    def _image(self, collection: Collection, correction: Correction, content: bytes, now: float) -> Image:
        workspace = self._datasets.workspaces.get(collection.user_id, collection.workspace_id)
        metadata = {"job_id": str(correction.job_id), "chunk": correction.chunk, "by": correction.by}
        try:
            return self._datasets.images.add(
                workspace, Upload(content, keep_size=True, metadata=metadata), now
            )
        except AlreadyStored as stored:
            return self._datasets.images.get(collection.user_id, stored.image_id)

    def _collection(self, user_id: int, now: float) -> Collection:
        for one in self._datasets.collections.listed(user_id, _TASKS):
            if one.name == NAME and one.type == CollectionType.MULTI_CLASS:
                return one
        workspace = self._datasets.workspaces.default(user_id, now)
        made = self._datasets.collections.create(
            workspace, ClassifierKind.TASK, CollectionType.MULTI_CLASS.value, NAME, None, now
        )
        for state in (State.BLEACHED, State.HEALTHY, State.NOT_CORAL):
            details = LabelDetails(LABELS[state])
            label = self._datasets.labels.create(workspace, LabelKind.CATEGORY.value, details, now)
            self._datasets.collections.add_label(made, label)
        return made

    def _labels(self, collection: Collection) -> dict[str, Label]:
        wanted = LabelFilter(collection.workspace_id, collection_id=collection.id)
        return {label.name: label for label in self._datasets.labels.page(wanted)[1]}


def _place(job_id: object, chunk: object) -> tuple[str, str]:
    return str(job_id), str(chunk)


def corrected_place(image: Image) -> tuple[str, str] | None:
    """Return job and chunk of an image that is a correction, as texts; None for other images."""
    job_id, chunk = image.metadata.get("job_id"), image.metadata.get("chunk")
    return None if job_id is None or chunk is None else _place(job_id, chunk)
