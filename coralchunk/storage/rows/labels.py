"""Read and write the labels of workspaces as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from coralchunk.storage.sql.dataset_tables import (
    COLLECTION_LABELS,
    COLLECTIONS,
    IMAGE_LABELS,
    LABELS,
    WORKSPACES,
)


class LabelKind(StrEnum):
    """The value of a label for an image."""

    CATEGORY = "category"  #: what it is; one of several
    TAG = "tag"  #: what it has; any number of them
    VALUE = "value"  #: how much of something, as a number


@dataclass(frozen=True, slots=True)
class Label:
    """A label for the images of a workspace."""

    id: int
    public_id: str  # version-4 UUID
    workspace_id: int
    workspace: str  # public id
    kind: str  # see LabelKind
    name: str
    description: str
    output_name: str | None  # in answers, where it is not the name
    negative_for: str | None  # public id of the collection in which it means "none of the others"
    images_count: int
    collections_count: int
    created_at: float  # Unix seconds


@dataclass(frozen=True, slots=True)
class LabelFilter:
    """Which labels of a workspace are wanted."""

    workspace_id: int
    collection_id: int | None = None
    kind: str | None = None
    search: str = ""  # part of the name, in any case


_IMAGES: Final = (
    select(func.count()).where(IMAGE_LABELS.c.label_id == LABELS.c.id).correlate(LABELS).scalar_subquery()
)
_COLLECTIONS: Final = (
    select(func.count())
    .where(COLLECTION_LABELS.c.label_id == LABELS.c.id)
    .correlate(LABELS)
    .scalar_subquery()
)
_COLUMNS: Final[list[ColumnElement[Any]]] = [
    LABELS.c.id,
    LABELS.c.public_id,
    LABELS.c.workspace_id,
    WORKSPACES.c.public_id.label("workspace"),
    LABELS.c.kind,
    LABELS.c.name,
    LABELS.c.description,
    LABELS.c.output_name,
    COLLECTIONS.c.public_id.label("negative_for"),
    _IMAGES.label("images_count"),
    _COLLECTIONS.label("collections_count"),
    LABELS.c.created_at,
]
_LABEL: Final = (
    select(*_COLUMNS)
    .select_from(LABELS)
    .join(WORKSPACES, LABELS.c.workspace_id == WORKSPACES.c.id)
    .outerjoin(COLLECTIONS, LABELS.c.negative_for_id == COLLECTIONS.c.id)
)


def add_label(connection: Connection, label: Label, negative_for_id: int | None = None) -> int:
    """Add a label; its id, its counts and the public ids of others are ignored. Returns its id."""
    values = {
        "public_id": label.public_id,
        "workspace_id": label.workspace_id,
        "kind": label.kind,
        "name": label.name,
        "description": label.description,
        "output_name": label.output_name,
        "negative_for_id": negative_for_id,
        "created_at": label.created_at,
    }
    return int(connection.execute(insert(LABELS).values(values).returning(LABELS.c.id)).scalar_one())


def find_label(connection: Connection, user_id: int, public_id: str) -> Label | None:
    """Return a label of a user."""
    is_it = (LABELS.c.public_id == public_id) & (WORKSPACES.c.user_id == user_id)
    row = connection.execute(_LABEL.where(is_it)).one_or_none()
    return None if row is None else _label(row)


def find_labels(connection: Connection, user_id: int, public_ids: Sequence[str]) -> list[Label]:
    """Return those labels of a user that have one of these public ids, oldest first."""
    are = LABELS.c.public_id.in_(public_ids) & (WORKSPACES.c.user_id == user_id)
    return [_label(row) for row in connection.execute(_LABEL.where(are).order_by(LABELS.c.id))]


def labels_by_id(connection: Connection, label_ids: Sequence[int]) -> dict[int, Label]:
    """Return labels of any user by the ids of their rows."""
    rows = connection.execute(_LABEL.where(LABELS.c.id.in_(label_ids)))
    return {label.id: label for label in map(_label, rows)}


def count_labels(connection: Connection, wanted: LabelFilter) -> int:
    """Return how many labels there are that are wanted."""
    counted = select(func.count()).select_from(LABELS).where(*_conditions(wanted))
    return int(connection.execute(counted).scalar_one())


def page_of_labels(
    connection: Connection,
    wanted: LabelFilter,
    *,
    after_id: int = 0,
    offset: int = 0,
    limit: int | None = None,
) -> list[Label]:
    """Return labels that are wanted, oldest first; `after_id` and `offset` as in storage.images."""
    chosen = _LABEL.where(LABELS.c.id > after_id, *_conditions(wanted)).order_by(LABELS.c.id)
    chosen = chosen.offset(offset).limit(limit)
    return [_label(row) for row in connection.execute(chosen)]


def change_label(connection: Connection, label_id: int, changes: Mapping[str, Any]) -> None:
    """Give some columns of a label other values."""
    connection.execute(update(LABELS).where(LABELS.c.id == label_id).values(changes))


def delete_label(connection: Connection, label_id: int) -> None:
    """Remove a label from its collections and images; these stay."""
    connection.execute(delete(LABELS).where(LABELS.c.id == label_id))


def _conditions(wanted: LabelFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [LABELS.c.workspace_id == wanted.workspace_id]
    if wanted.collection_id is not None:
        of_it = select(COLLECTION_LABELS.c.label_id).where(
            COLLECTION_LABELS.c.collection_id == wanted.collection_id
        )
        conditions.append(LABELS.c.id.in_(of_it))
    if wanted.kind is not None:
        conditions.append(LABELS.c.kind == wanted.kind)
    if wanted.search:
        conditions.append(func.lower(LABELS.c.name).contains(wanted.search.lower(), autoescape=True))
    return conditions


def _label(row: Row[Any]) -> Label:
    return Label(**row._asdict())
