"""Read and write who says that an image's labels are right as rows."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.sql.dataset_tables import IMAGES, VERIFICATIONS, WORKSPACES


@dataclass(frozen=True, slots=True)
class Verification:
    """A user says that the labels of an image are right."""

    public_id: str  # version-4 UUID
    image_id: int
    image: str  # public id
    user_id: int
    created_at: float  # Unix seconds


_COLUMNS: Final[list[ColumnElement[Any]]] = [
    VERIFICATIONS.c.public_id,
    VERIFICATIONS.c.image_id,
    IMAGES.c.public_id.label("image"),
    VERIFICATIONS.c.user_id,
    VERIFICATIONS.c.created_at,
]
_OF_USER: Final = (
    select(*_COLUMNS)
    .select_from(VERIFICATIONS)
    .join(IMAGES, VERIFICATIONS.c.image_id == IMAGES.c.id)
    .join(WORKSPACES, IMAGES.c.workspace_id == WORKSPACES.c.id)
)


def add_verification(connection: Connection, verification: Verification) -> None:
    """Add a verification; nothing happens if this user has verified this image before."""
    values = {
        "public_id": verification.public_id,
        "image_id": verification.image_id,
        "user_id": verification.user_id,
        "created_at": verification.created_at,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(VERIFICATIONS).values(values))
    except IntegrityError:
        return
    _count(connection, verification.image_id)


def verifications_of(connection: Connection, owner_id: int, image_id: int | None) -> list[Verification]:
    """Return the verifications of an image of a user, or of all their images, oldest first."""
    chosen = _OF_USER.where(WORKSPACES.c.user_id == owner_id).order_by(VERIFICATIONS.c.id)
    if image_id is not None:
        chosen = chosen.where(VERIFICATIONS.c.image_id == image_id)
    return [Verification(**row._asdict()) for row in connection.execute(chosen)]


def verifications_in(connection: Connection, image_id: int) -> list[Verification]:
    """Return the verifications of an image of any user, oldest first."""
    chosen = _OF_USER.where(VERIFICATIONS.c.image_id == image_id).order_by(VERIFICATIONS.c.id)
    return [Verification(**row._asdict()) for row in connection.execute(chosen)]


def delete_verification(connection: Connection, owner_id: int, public_id: str) -> bool:
    """Remove a verification of an image of a user. Returns False if none has this id."""
    is_it = (VERIFICATIONS.c.public_id == public_id) & (WORKSPACES.c.user_id == owner_id)
    row = connection.execute(_OF_USER.where(is_it)).one_or_none()
    if row is None:
        return False
    connection.execute(delete(VERIFICATIONS).where(VERIFICATIONS.c.public_id == public_id))
    _count(connection, row.image_id)
    return True


def _count(connection: Connection, image_id: int) -> None:
    counted = select(func.count()).where(VERIFICATIONS.c.image_id == image_id).scalar_subquery()
    connection.execute(update(IMAGES).where(IMAGES.c.id == image_id).values(verify_count=counted))
