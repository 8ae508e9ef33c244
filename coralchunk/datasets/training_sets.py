"""Keep training sets: collections whose labels come into being with their first image and belong to no other.

Their images lie in the user's default workspace, where the same file is kept once.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coralchunk.config import Settings
from coralchunk.datasets.collections import Collections
from coralchunk.datasets.ids import new_hex, new_uuid
from coralchunk.datasets.images import Images, Upload
from coralchunk.datasets.workspaces import Workspaces
from coralchunk.errors.datasets import AlreadyStored, BadValue, TooManyThings, UnknownThing
from coralchunk.storage.rows import collections, image_labels, images, labels
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.rows.collections import Collection, CollectionType
from coralchunk.storage.rows.image_labels import ImageLabel, TrainingExample
from coralchunk.storage.rows.images import Image
from coralchunk.storage.rows.labels import Label, LabelFilter, LabelKind
from coralchunk.storage.sql.database import Database

_GAPS: Final = re.compile(r"[\W_]+")
_KINDS: Final = frozenset({ClassifierKind.TRAINING_SET})


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A collection and its labels."""

    collection: Collection
    labels: tuple[Label, ...]

    def label(self, text: str) -> Label | None:
        """Return the label of this id or name, in any spelling."""
        name = snake_case(text)
        return next((label for label in self.labels if text == label.public_id or name == label.name), None)


def snake_case(text: str) -> str:
    """Return the public form of a label: `Odd Ones`, `odd ones` and `odd_ones` are `odd_ones`."""
    return _GAPS.sub("_", unicodedata.normalize("NFKC", text).casefold()).strip("_")


class TrainingSets:
    """The training sets of all users."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        workspaces: Workspaces,
        asked: Collections,
        stored: Images,
    ) -> None:
        self._database: Final = database
        self._settings: Final = settings
        self._workspaces: Final = workspaces
        self._collections: Final = asked
        self._images: Final = stored

    def create(self, user_id: int, name: str | None, description: str | None, now: float) -> TrainingSet:
        """Make a training set. `now` in Unix seconds. Raises MissingValue, BadValue, TooManyThings."""
        workspace = self._workspaces.default(user_id, now)
        kind, collection_type = ClassifierKind.TRAINING_SET, CollectionType.MULTI_CLASS.value
        made = self._collections.create(workspace, kind, collection_type, name, description, now)
        return TrainingSet(made, ())

    def listed(self, user_id: int) -> list[TrainingSet]:
        """Return the training sets of a user, oldest first."""
        return [self._with_labels(one) for one in self._collections.listed(user_id, _KINDS)]

    def get(self, user_id: int, set_id: int) -> TrainingSet:
        """Return a training set. Raises UnknownThing."""
        found = self._collections.get_by_id(user_id, set_id)
        if found.kind != ClassifierKind.TRAINING_SET:
            raise UnknownThing("training set", set_id)
        return self._with_labels(found)

    def add_image(self, asked: TrainingSet, label: str, content: bytes, now: float) -> ImageLabel:
        """Store an image under a label, which is created if necessary; the same image is stored once.

        label  in any spelling
        now    Unix seconds

        Raises BadValue, ImageTooLarge, TooManyThings, StorageFull, and Unreadable for files that are not
        images.
        """
        name, longest = snake_case(label), self._settings.dataset_name_length
        if not 1 <= len(name) <= longest:
            raise BadValue("label", label, f"use 1 to {longest} letters and digits")
        image = self._kept(asked.collection.user_id, content, now)
        with self._database.writing() as connection:
            # Locks the set: of two requests with a new label, the second finds the label of the first.
            collections.change_collection(connection, asked.collection.id, {"updated_at": now})
            wanted = LabelFilter(asked.collection.workspace_id, collection_id=asked.collection.id)
            known = labels.page_of_labels(connection, wanted)
            label_id = next((one.id for one in known if one.name == name), None)
            if label_id is None:
                if len(known) >= self._settings.dataset_max_labels:
                    raise TooManyThings("labels", len(known), "CORALCHUNK_DATASET_MAX_LABELS")
                label_id = labels.add_label(connection, _label(asked.collection, name, now))
                collections.add_label_to_collection(connection, asked.collection.id, label_id)
            link = ImageLabel(0, new_hex(), image.id, label_id, None, now)
            if image_labels.add_image_label(connection, link):
                return link
            known_links = image_labels.labels_of_images(connection, [image.id])
        return next(one for one in known_links if one.label_id == label_id)

    def images(self, asked: TrainingSet) -> dict[int, list[TrainingExample]]:
        """Return the images of a training set, by the id of the label's row."""
        found: dict[int, list[TrainingExample]] = {label.id: [] for label in asked.labels}
        with self._database.reading() as connection:
            for example in image_labels.examples_of_collection(connection, asked.collection.id):
                found.setdefault(example.label_id, []).append(example)
        return found

    def linked_image(self, link: str) -> Image:
        """Return an image for those who hold a signed address of it in its set. Raises UnknownThing."""
        with self._database.reading() as connection:
            found = images.find_linked_image(connection, link)
        if found is None:
            raise UnknownThing("training image", link)
        return found

    def delete_image(self, user_id: int, public_id: str) -> None:
        """Take an image off its label, and remove it if it has no other. Raises UnknownThing."""
        with self._database.writing() as connection:
            link = image_labels.find_image_label(connection, user_id, public_id)
            if link is None:
                raise UnknownThing("training image", public_id)
            image_labels.remove_image_label(connection, link.image_id, link.label_id)
        self._delete_unlabelled([link.image_id])

    def delete_contents(self, asked: TrainingSet) -> None:
        """Remove the labels of a training set, and the images that have no others."""
        held = {one.image_id for examples in self.images(asked).values() for one in examples}
        with self._database.writing() as connection:
            for label in asked.labels:
                labels.delete_label(connection, label.id)
        self._delete_unlabelled(sorted(held))

    def _delete_unlabelled(self, image_ids: Sequence[int]) -> None:
        with self._database.reading() as connection:
            unlabelled = images.unlabelled_images(connection, image_ids)
        self._images.delete(unlabelled)

    def _kept(self, user_id: int, content: bytes, now: float) -> Image:
        try:
            return self._images.add(self._workspaces.default(user_id, now), Upload(content), now)
        except AlreadyStored as known:
            return self._images.get(user_id, known.image_id)

    def _with_labels(self, collection: Collection) -> TrainingSet:
        wanted = LabelFilter(collection.workspace_id, collection_id=collection.id)
        with self._database.reading() as connection:
            return TrainingSet(collection, tuple(labels.page_of_labels(connection, wanted)))


def _label(collection: Collection, name: str, now: float) -> Label:
    return Label(
        id=0,
        public_id=new_uuid(),
        workspace_id=collection.workspace_id,
        workspace=collection.workspace,
        kind=LabelKind.CATEGORY.value,
        name=name,
        description="",
        output_name=None,
        negative_for=None,
        images_count=0,
        collections_count=0,
        created_at=now,
    )
