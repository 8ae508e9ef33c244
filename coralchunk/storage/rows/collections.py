"""Read and write collections, which join labels to a classifier, as rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.sql.classifier_tables import CLASSIFIER_VERSIONS, CLASSIFIERS
from coralchunk.storage.sql.dataset_tables import COLLECTION_LABELS, COLLECTIONS, WORKSPACES


class CollectionType(StrEnum):
    """What a collection teaches."""

    MULTI_CLASS = "multi_class"  #: one of its labels, which are categories
    MULTI_LABEL = "multi_label"  #: any number of its labels, which are tags
    REGRESSION = "regression"  #: a number for each of its labels, which are values


class TrainingState(StrEnum):
    """How the last training of a collection ended."""

    NONE = ""  #: it was never trained
    TRAINING = "IN_TRAINING"  #: it waits for a worker, or is being trained
    TRAINED = "TRAINED"  #: its newest version answers
    FAILED = "FAILED"  #: it made no version; another field says why


@dataclass(frozen=True, slots=True)
class Collection:
    """Labels whose images teach one classifier: a training set, or a task."""

    id: int
    public_id: str  # version-4 UUID
    user_id: int
    workspace_id: int
    workspace: str  # public id
    classifier_id: int
    kind: str  # of its classifier, see ClassifierKind
    type: str  # see CollectionType
    name: str
    slug: str
    description: str
    training_state: str  # see TrainingState
    training_error: str | None
    training_job_id: int | None
    current_number: int | None  # of the version that answers
    created_at: float  # Unix seconds
    updated_at: float  # Unix seconds


_COLUMNS: Final[list[ColumnElement[Any]]] = [
    COLLECTIONS.c.id,
    COLLECTIONS.c.public_id,
    WORKSPACES.c.user_id,
    COLLECTIONS.c.workspace_id,
    WORKSPACES.c.public_id.label("workspace"),
    COLLECTIONS.c.classifier_id,
    CLASSIFIERS.c.kind,
    COLLECTIONS.c.type,
    CLASSIFIERS.c.name,
    CLASSIFIERS.c.slug,
    CLASSIFIERS.c.description,
    COLLECTIONS.c.training_state,
    COLLECTIONS.c.training_error,
    COLLECTIONS.c.training_job_id,
    CLASSIFIER_VERSIONS.c.number.label("current_number"),
    COLLECTIONS.c.created_at,
    COLLECTIONS.c.updated_at,
]
_COLLECTION: Final = (
    select(*_COLUMNS)
    .select_from(COLLECTIONS)
    .join(WORKSPACES, COLLECTIONS.c.workspace_id == WORKSPACES.c.id)
    .join(CLASSIFIERS, COLLECTIONS.c.classifier_id == CLASSIFIERS.c.id)
    .outerjoin(CLASSIFIER_VERSIONS, CLASSIFIERS.c.current_version_id == CLASSIFIER_VERSIONS.c.id)
)


def add_collection(
    connection: Connection, public_id: str, workspace_id: int, classifier_id: int, kind: str, now: float
) -> int:
    """Add a collection for a classifier that has none. Returns its id.

    kind  see CollectionType
    now   Unix seconds
    """
    values = {
        "public_id": public_id,
        "workspace_id": workspace_id,
        "classifier_id": classifier_id,
        "type": kind,
        "training_state": TrainingState.NONE.value,
        "created_at": now,
        "updated_at": now,
    }
    return int(
        connection.execute(insert(COLLECTIONS).values(values).returning(COLLECTIONS.c.id)).scalar_one()
    )


def find_collection(connection: Connection, user_id: int, public_id: str) -> Collection | None:
    """Return a collection of a user."""
    return _one(connection, (COLLECTIONS.c.public_id == public_id) & (WORKSPACES.c.user_id == user_id))


def find_collection_by_id(connection: Connection, user_id: int, collection_id: int) -> Collection | None:
    """Return a collection of a user by its row's id."""
    return _one(connection, (COLLECTIONS.c.id == collection_id) & (WORKSPACES.c.user_id == user_id))


def find_collection_of_classifier(connection: Connection, classifier_id: int) -> Collection | None:
    """Return the collection of a classifier of any user."""
    return _one(connection, COLLECTIONS.c.classifier_id == classifier_id)


def collections_of(
    connection: Connection, user_id: int, kinds: frozenset[ClassifierKind]
) -> list[Collection]:
    """Return a user's collections of some kinds in all workspaces, oldest first."""
    are = (WORKSPACES.c.user_id == user_id) & CLASSIFIERS.c.kind.in_([kind.value for kind in kinds])
    return [_collection(row) for row in connection.execute(_COLLECTION.where(are).order_by(COLLECTIONS.c.id))]


def collections_with_label(connection: Connection, label_id: int) -> list[Collection]:
    """Return the collections that a label belongs to, oldest first."""
    having = select(COLLECTION_LABELS.c.collection_id).where(COLLECTION_LABELS.c.label_id == label_id)
    chosen = _COLLECTION.where(COLLECTIONS.c.id.in_(having)).order_by(COLLECTIONS.c.id)
    return [_collection(row) for row in connection.execute(chosen)]


def count_collections(connection: Connection, workspace_id: int, kind: ClassifierKind) -> int:
    """Return how many collections of a kind a workspace has."""
    counted = select(func.count()).select_from(COLLECTIONS).join(CLASSIFIERS)
    are = (COLLECTIONS.c.workspace_id == workspace_id) & (CLASSIFIERS.c.kind == kind.value)
    return int(connection.execute(counted.where(are)).scalar_one())


def page_of_collections(
    connection: Connection,
    workspace_id: int,
    kind: ClassifierKind,
    *,
    after_id: int = 0,
    offset: int = 0,
    limit: int,
) -> list[Collection]:
    """Return collections of a kind in a workspace, oldest first.

    `after_id` and `offset` are as in storage.images.
    """
    are = (COLLECTIONS.c.workspace_id == workspace_id) & (CLASSIFIERS.c.kind == kind.value)
    chosen = _COLLECTION.where(are, COLLECTIONS.c.id > after_id).order_by(COLLECTIONS.c.id)
    chosen = chosen.offset(offset).limit(limit)
    return [_collection(row) for row in connection.execute(chosen)]


def change_collection(connection: Connection, collection_id: int, changes: Mapping[str, Any]) -> None:
    """Give some columns of a collection other values; name and description are its classifier's."""
    connection.execute(update(COLLECTIONS).where(COLLECTIONS.c.id == collection_id).values(changes))


def add_label_to_collection(connection: Connection, collection_id: int, label_id: int) -> None:
    """Add a label to a collection; nothing happens if it is there."""
    try:
        with connection.begin_nested():
            connection.execute(
                insert(COLLECTION_LABELS).values(collection_id=collection_id, label_id=label_id)
            )
    except IntegrityError:
        return


def remove_label_from_collection(connection: Connection, collection_id: int, label_id: int) -> None:
    """Take a label out of a collection; nothing happens if it is not there."""
    is_it = (COLLECTION_LABELS.c.collection_id == collection_id) & (COLLECTION_LABELS.c.label_id == label_id)
    connection.execute(delete(COLLECTION_LABELS).where(is_it))


def count_labels_of_collection(connection: Connection, collection_id: int) -> int:
    """Return how many labels a collection has."""
    counted = select(func.count()).where(COLLECTION_LABELS.c.collection_id == collection_id)
    return int(connection.execute(counted).scalar_one())


def _one(connection: Connection, condition: ColumnElement[bool]) -> Collection | None:
    row = connection.execute(_COLLECTION.where(condition)).one_or_none()
    return None if row is None else _collection(row)


def _collection(row: Row[Any]) -> Collection:
    return Collection(**row._asdict())
