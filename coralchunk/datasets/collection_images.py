"""Label the images of a collection: what its page does with one image after another."""

from dataclasses import dataclass
from typing import Final

from coralchunk.datasets.images import Images, Upload
from coralchunk.datasets.labelling import Labelling
from coralchunk.datasets.labels import LabelDetails, Labels
from coralchunk.datasets.workspaces import Workspaces
from coralchunk.errors.datasets import AlreadyStored, UnknownThing
from coralchunk.storage.rows import collections, images
from coralchunk.storage.rows.collections import Collection, CollectionType
from coralchunk.storage.rows.image_queries import ImageFilter
from coralchunk.storage.rows.images import Image
from coralchunk.storage.rows.labels import Label, LabelFilter
from coralchunk.storage.sql.database import Database


@dataclass(frozen=True, slots=True)
class ImagePage:
    """Some images of a label, oldest first."""

    images: list[Image]
    after: str | None  # public id of the last one if there may be more


class CollectionImages:
    """The labels and images of collections."""

    def __init__(
        self, database: Database, workspaces: Workspaces, labels: Labels, images: Images, labelling: Labelling
    ) -> None:
        self._database: Final = database
        self._workspaces: Final = workspaces
        self._labels: Final = labels
        self._images: Final = images
        self._labelling: Final = labelling

    def labels(self, collection: Collection) -> list[Label]:
        """Return the labels of a collection, oldest first."""
        return self._labels.page(LabelFilter(collection.workspace_id, collection_id=collection.id))[1]

    def label(self, collection: Collection, public_id: str) -> Label:
        """Return one label of a collection. Raises UnknownThing."""
        found = next((label for label in self.labels(collection) if label.public_id == public_id), None)
        if found is None:
            raise UnknownThing("label of this collection", public_id)
        return found

    def add_label(self, collection: Collection, kind: str, name: str, now: float) -> Label:
        """Return the label of this name, which is created if the collection has none.

        kind  see storage.labels.LabelKind
        now   Unix seconds

        Raises MissingValue, BadValue, TooManyThings.
        """
        found = next((label for label in self.labels(collection) if label.name == name.strip()), None)
        if found is not None:
            return found
        workspace = self._workspaces.get(collection.user_id, collection.workspace_id)
        made = self._labels.create(workspace, kind, LabelDetails(name), now)
        with self._database.writing() as connection:
            collections.add_label_to_collection(connection, collection.id, made.id)
        return self._labels.get(collection.user_id, made.public_id)

    def page(self, collection: Collection, label: Label, after: str | None, limit: int) -> ImagePage:
        """Return images of a label, oldest first.

        after  public id of the last image of the page before; None for the first page

        Raises UnknownThing.
        """
        after_id = 0 if after is None else self._images.get(collection.user_id, after).id
        wanted = ImageFilter(collection.workspace_id, label_ids=(label.id,))
        found = self._images.page(wanted, after_id, 0, limit)
        return ImagePage(found, found[-1].public_id if len(found) == limit else None)

    def add(self, collection: Collection, label: Label, content: bytes, now: float) -> Image:
        """Keep an image under a label; an image that the workspace has already only gets the label.

        now  Unix seconds

        Raises ImageTooLarge, TooManyThings, StorageFull, and Unreadable if it is not an image.
        """
        workspace = self._workspaces.get(collection.user_id, collection.workspace_id)
        try:
            image = self._images.add(workspace, Upload(content), now)
        except AlreadyStored as known:
            image = self._images.get(collection.user_id, known.image_id)
        self.move(collection, image, None, label, now)
        return image

    def move(
        self, collection: Collection, image: Image, from_label: Label | None, to_label: Label, now: float
    ) -> None:
        """Give an image a label instead of another one; where one label holds, instead of all others.

        now  Unix seconds
        """
        is_exclusive = collection.type == CollectionType.MULTI_CLASS
        others = self.labels(collection) if is_exclusive else [from_label] if from_label else []
        for other in others:
            if other.id != to_label.id:
                self._labelling.remove([image], other)
        self._labelling.add([image], to_label, None, now)

    def remove(self, collection: Collection, image: Image) -> None:
        """Take an image out of a collection; it is deleted if it has no other label."""
        for label in self.labels(collection):
            self._labelling.remove([image], label)
        with self._database.reading() as connection:
            unlabelled = images.unlabelled_images(connection, [image.id])
        self._images.delete(unlabelled)
