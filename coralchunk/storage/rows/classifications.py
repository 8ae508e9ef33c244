"""Read and write classifications that are kept for feedback, and free feedback, as rows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from coralchunk.storage.sql.dataset_tables import CLASSIFICATIONS, FEEDBACK
from coralchunk.storage.sql.tables import USERS


@dataclass(frozen=True, slots=True)
class Classification:
    """The answer of a classifier for an image, stored with the image."""

    public_id: str  # 40 hexadecimal digits
    request_id: str  # likewise; of the request that it was one answer to
    user_id: int
    classifier_id: int
    version_id: int | None
    label: str
    confidence: float
    sha256: str  # of the image
    blob: str  # name of the image's folder in the blob store
    image_label_id: int | None  # the result of the feedback
    created_at: float  # Unix seconds


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user had to say."""

    user_name: str
    message: str
    created_at: float  # Unix seconds


def add_classification(connection: Connection, classification: Classification) -> None:
    """Add a classification."""
    connection.execute(insert(CLASSIFICATIONS).values(asdict(classification)))


def find_classification(connection: Connection, user_id: int, public_id: str) -> Classification | None:
    """Return a classification that a user was given."""
    is_it = (CLASSIFICATIONS.c.public_id == public_id) & (CLASSIFICATIONS.c.user_id == user_id)
    row = connection.execute(select(CLASSIFICATIONS).where(is_it)).one_or_none()
    if row is None:
        return None
    fields: dict[str, Any] = row._asdict()
    del fields["id"]
    return Classification(**fields)


def note_feedback(connection: Connection, public_id: str, image_label_id: int) -> None:
    """Remember which image label the feedback to a classification made."""
    is_it = CLASSIFICATIONS.c.public_id == public_id
    connection.execute(update(CLASSIFICATIONS).where(is_it).values(image_label_id=image_label_id))


def delete_classifications_before(connection: Connection, before: float) -> None:
    """Remove classifications that are older than a time, Unix seconds."""
    connection.execute(delete(CLASSIFICATIONS).where(CLASSIFICATIONS.c.created_at < before))


def classifications_with_blobs(connection: Connection, blobs: Sequence[str]) -> set[str]:
    """Return those of these folders that a classification has."""
    chosen = select(CLASSIFICATIONS.c.blob).where(CLASSIFICATIONS.c.blob.in_(blobs))
    return set(connection.execute(chosen).scalars())


def add_feedback(connection: Connection, user_id: int, message: str, now: float) -> None:
    """Store the feedback of a user. `now` in Unix seconds."""
    connection.execute(insert(FEEDBACK).values(user_id=user_id, message=message, created_at=now))


def all_feedback(connection: Connection) -> list[Feedback]:
    """Return all that users had to say, oldest first."""
    columns = (USERS.c.name.label("user_name"), FEEDBACK.c.message, FEEDBACK.c.created_at)
    chosen = select(*columns).select_from(FEEDBACK).join(USERS).order_by(FEEDBACK.c.id)
    return [Feedback(row.user_name, row.message, row.created_at) for row in connection.execute(chosen)]
