"""Read and write which labels images have as rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.sql.dataset_tables import COLLECTION_LABELS, IMAGE_LABELS, IMAGES, LABELS, WORKSPACES


@dataclass(frozen=True, slots=True)
class ImageLabel:
    """A label that an image has."""

    id: int
    public_id: str  # 40 hexadecimal digits
    image_id: int
    label_id: int
    value: float | None  # of a value label
    created_at: float  # Unix seconds


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """An image of a collection with one of its labels; an image with two labels is two of these."""

    link: str  # public id of the image's label
    image_id: int
    image: str  # public id
    sha256: str  # of the bytes that were uploaded
    blob: str  # name of its folder in the blob store
    extension: str
    label_id: int
    label: str  # public id
    label_name: str
    value: float | None
    is_test: bool  # for evaluation only


_EXAMPLE: Final[list[ColumnElement[Any]]] = [
    IMAGE_LABELS.c.public_id.label("link"),
    IMAGE_LABELS.c.image_id,
    IMAGES.c.public_id.label("image"),
    IMAGES.c.sha256,
    IMAGES.c.blob,
    IMAGES.c.extension,
    IMAGE_LABELS.c.label_id,
    LABELS.c.public_id.label("label"),
    LABELS.c.name.label("label_name"),
    IMAGE_LABELS.c.value,
    IMAGES.c.is_test,
]


def add_image_label(connection: Connection, label: ImageLabel) -> bool:
    """Give an image a label; the id of the link is ignored. Returns False if the image already has it."""
    values = {
        "public_id": label.public_id,
        "image_id": label.image_id,
        "label_id": label.label_id,
        "value": label.value,
        "created_at": label.created_at,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(IMAGE_LABELS).values(values))
    except IntegrityError:
        return False
    return True


def set_value(connection: Connection, image_id: int, label_id: int, value: float | None) -> bool:
    """Change the value of a label that an image has. Returns False if it has not this label."""
    is_it = (IMAGE_LABELS.c.image_id == image_id) & (IMAGE_LABELS.c.label_id == label_id)
    return connection.execute(update(IMAGE_LABELS).where(is_it).values(value=value)).rowcount == 1


def remove_image_label(connection: Connection, image_id: int, label_id: int) -> None:
    """Take a label off an image; nothing happens if it has not this label."""
    is_it = (IMAGE_LABELS.c.image_id == image_id) & (IMAGE_LABELS.c.label_id == label_id)
    connection.execute(delete(IMAGE_LABELS).where(is_it))


def find_image_label(connection: Connection, user_id: int, public_id: str) -> ImageLabel | None:
    """Return a link between an image and a label of a user."""
    is_it = (IMAGE_LABELS.c.public_id == public_id) & (WORKSPACES.c.user_id == user_id)
    chosen = (
        select(IMAGE_LABELS)
        .select_from(IMAGE_LABELS)
        .join(IMAGES, IMAGE_LABELS.c.image_id == IMAGES.c.id)
        .join(WORKSPACES, IMAGES.c.workspace_id == WORKSPACES.c.id)
    )
    row = connection.execute(chosen.where(is_it)).one_or_none()
    return None if row is None else _link(row)


def labels_of_images(connection: Connection, image_ids: Sequence[int]) -> list[ImageLabel]:
    """Return the labels that images have, oldest first."""
    chosen = select(IMAGE_LABELS).where(IMAGE_LABELS.c.image_id.in_(image_ids)).order_by(IMAGE_LABELS.c.id)
    return [_link(row) for row in connection.execute(chosen)]


def images_with_label(connection: Connection, label_id: int) -> list[int]:
    """Return the ids of all images that have a label, oldest first."""
    chosen = select(IMAGE_LABELS.c.image_id).where(IMAGE_LABELS.c.label_id == label_id)
    return [int(found) for found in connection.execute(chosen.order_by(IMAGE_LABELS.c.image_id)).scalars()]


def examples_of_collection(connection: Connection, collection_id: int) -> Iterator[TrainingExample]:
    """Yield the images of a collection with their labels, oldest first."""
    chosen = (
        select(*_EXAMPLE)
        .select_from(IMAGE_LABELS)
        .join(IMAGES, IMAGE_LABELS.c.image_id == IMAGES.c.id)
        .join(LABELS, IMAGE_LABELS.c.label_id == LABELS.c.id)
        .join(COLLECTION_LABELS, COLLECTION_LABELS.c.label_id == LABELS.c.id)
        .where(COLLECTION_LABELS.c.collection_id == collection_id)
        .order_by(IMAGE_LABELS.c.image_id, IMAGE_LABELS.c.label_id)
    )
    for row in connection.execute(chosen):
        yield TrainingExample(**row._asdict())


def count_images_of_collection(connection: Connection, collection_id: int) -> int:
    """Return how many images have a label of a collection."""
    counted = (
        select(func.count(IMAGE_LABELS.c.image_id.distinct()))
        .select_from(IMAGE_LABELS)
        .join(COLLECTION_LABELS, COLLECTION_LABELS.c.label_id == IMAGE_LABELS.c.label_id)
        .where(COLLECTION_LABELS.c.collection_id == collection_id)
    )
    return int(connection.execute(counted).scalar_one())


def _link(row: Row[Any]) -> ImageLabel:
    return ImageLabel(**row._asdict())
