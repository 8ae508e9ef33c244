"""Keep collections: the labels whose images one classifier is trained on."""

from typing import Final

from coralchunk.config import Settings
from coralchunk.datasets.ids import checked_uuid, new_uuid
from coralchunk.datasets.labels import LONGEST_DESCRIPTION
from coralchunk.datasets.names import checked_name, checked_text, slug
from coralchunk.errors.datasets import (
    BadValue,
    MissingValue,
    OtherWorkspace,
    TooManyThings,
    UnknownThing,
    WrongLabelKind,
)
from coralchunk.storage.rows import classifiers, collections, labels
from coralchunk.storage.rows.classifiers import Classifier, ClassifierKind
from coralchunk.storage.rows.collections import Collection, CollectionType
from coralchunk.storage.rows.labels import Label, LabelKind
from coralchunk.storage.rows.workspaces import Workspace
from coralchunk.storage.sql.database import Database

#: The kind of labels that each type of collection takes.
LABELS_OF: Final[dict[CollectionType, LabelKind]] = {
    CollectionType.MULTI_CLASS: LabelKind.CATEGORY,
    CollectionType.MULTI_LABEL: LabelKind.TAG,
    CollectionType.REGRESSION: LabelKind.VALUE,
}
_NEGATIVE: Final = (
    " (none of its tags)"  # behind the name of the collection, as the name of its negative label
)


class Collections:
    """The collections of all users."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database: Final = database
        self._settings: Final = settings

    def create(
        self,
        workspace: Workspace,
        kind: ClassifierKind,
        collection_type: str | None,
        name: str | None,
        description: str | None,
        now: float,
    ) -> Collection:
        """Make a collection, and its classifier, which has no version yet.

        A collection of tags gets its own label for images that have none of them.

        kind             the API that it was created with: each API lists its own
        collection_type  see storage.collections.CollectionType
        now              Unix seconds

        Raises MissingValue, BadValue, TooManyThings.
        """
        wanted, public_id = checked_type(collection_type), new_uuid()
        made = self._classifier(workspace.user_id, kind, name, description, now)
        with self._database.writing() as connection:
            most = self._settings.dataset_max_labels
            if collections.count_collections(connection, workspace.id, kind) >= most:
                raise TooManyThings("collections in this workspace", most, "CORALCHUNK_DATASET_MAX_LABELS")
            classifier_id = classifiers.add_classifier(connection, made).id
            collection_id = collections.add_collection(
                connection, public_id, workspace.id, classifier_id, wanted.value, now
            )
            if wanted is CollectionType.MULTI_LABEL:
                negative = _negative(workspace, made.name, self._settings.dataset_name_length, now)
                label_id = labels.add_label(connection, negative, collection_id)
                collections.add_label_to_collection(connection, collection_id, label_id)
        return self.get(workspace.user_id, public_id)

    def get(self, user_id: int, public_id: str, kind: ClassifierKind | None = None) -> Collection:
        """Return a collection, of this kind if one is given. Raises UnknownThing."""
        with self._database.reading() as connection:
            found = collections.find_collection(connection, user_id, checked_uuid("task", public_id))
        if found is None or kind not in {None, found.kind}:
            raise UnknownThing("task", public_id)
        return found

    def get_by_id(self, user_id: int, collection_id: int) -> Collection:
        """Return a collection by its row's id. Raises UnknownThing."""
        if collection_id < 2**31:
            with self._database.reading() as connection:
                found = collections.find_collection_by_id(connection, user_id, collection_id)
            if found is not None:
                return found
        raise UnknownThing("training set", collection_id)

    def listed(self, user_id: int, kinds: frozenset[ClassifierKind]) -> list[Collection]:
        """Return a user's collections of some kinds in all workspaces, oldest first."""
        with self._database.reading() as connection:
            return collections.collections_of(connection, user_id, kinds)

    def with_label(self, label: Label) -> list[Collection]:
        """Return the collections that a label belongs to, oldest first."""
        with self._database.reading() as connection:
            return collections.collections_with_label(connection, label.id)

    def page(
        self, workspace: Workspace, kind: ClassifierKind, after_id: int, offset: int, limit: int
    ) -> tuple[int, list[Collection]]:
        """Return how many collections of a kind a workspace has, and some of them, oldest first."""
        with self._database.reading() as connection:
            count = collections.count_collections(connection, workspace.id, kind)
            page = collections.page_of_collections(
                connection, workspace.id, kind, after_id=after_id, offset=offset, limit=limit
            )
        return count, page

    def change(
        self, collection: Collection, name: str | None, description: str | None, now: float
    ) -> Collection:
        """Give a collection another name or description; its slug stays.

        now  Unix seconds

        Raises MissingValue, BadValue.
        """
        changes = {
            "name": checked_name("name", name, self._settings.dataset_name_length),
            "description": checked_text("description", description, LONGEST_DESCRIPTION),
            "updated_at": now,
        }
        with self._database.writing() as connection:
            classifiers.change_classifier(connection, collection.classifier_id, changes)
        return self.get(collection.user_id, collection.public_id)

    def delete(self, collection: Collection) -> None:
        """Remove a collection, its classifier and its negative label; other labels and images stay."""
        with self._database.writing() as connection:
            classifiers.delete_classifier(connection, collection.classifier_id)

    def add_label(self, collection: Collection, label: Label) -> None:
        """Add a label; nothing happens if it is there.

        Raises WrongLabelKind, OtherWorkspace, TooManyThings.
        """
        if label.workspace_id != collection.workspace_id:
            raise OtherWorkspace("label_id", "label")
        wanted = LABELS_OF[CollectionType(collection.type)]
        if label.kind != wanted:
            raise WrongLabelKind(label.name, label.kind, collection.type, wanted.value)
        most = self._settings.dataset_max_labels
        with self._database.writing() as connection:
            if collections.count_labels_of_collection(connection, collection.id) >= most:
                raise TooManyThings("labels of this task", most, "CORALCHUNK_DATASET_MAX_LABELS")
            collections.add_label_to_collection(connection, collection.id, label.id)

    def remove_label(self, collection: Collection, label: Label) -> None:
        """Take a label out of a collection; nothing happens if it is not there."""
        with self._database.writing() as connection:
            collections.remove_label_from_collection(connection, collection.id, label.id)

    def _classifier(
        self, user_id: int, kind: ClassifierKind, name: str | None, description: str | None, now: float
    ) -> Classifier:
        name = checked_name("name", name, self._settings.dataset_name_length)
        return Classifier(
            id=0,
            user_id=user_id,
            kind=kind.value,
            name=name,
            slug=slug(name, kind.value.replace("_", "-")),
            description=checked_text("description", description, LONGEST_DESCRIPTION),
            outputs=None,
            metadata={},
            current_version_id=None,
            last_number=0,
            created_at=now,
            updated_at=now,
        )


def checked_type(collection_type: str | None) -> CollectionType:
    """Return the type of collection that is meant. Raises MissingValue, BadValue."""
    known = f"use one of {', '.join(CollectionType)}"
    if not collection_type:
        raise MissingValue("type", known)
    try:
        return CollectionType(collection_type)
    except ValueError:
        raise BadValue("type", collection_type, known) from None


def _negative(workspace: Workspace, name: str, longest: int, now: float) -> Label:
    return Label(
        id=0,
        public_id=new_uuid(),
        workspace_id=workspace.id,
        workspace=workspace.public_id,
        kind=LabelKind.TAG.value,
        name=f"{name[: longest - len(_NEGATIVE)]}{_NEGATIVE}",
        description="",
        output_name=None,
        negative_for=None,
        images_count=0,
        collections_count=0,
        created_at=now,
    )
