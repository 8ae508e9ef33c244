"""Read and write the versions of classifiers as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from coralchunk.storage.sql.classifier_tables import CLASSIFIER_VERSIONS, CLASSIFIERS


class VersionState(StrEnum):
    """How far a version is."""

    TRAINING = "training"  #: it is being made
    READY = "ready"  #: it answers; final
    FAILED = "failed"  #: it could not be made, and never answers; final


@dataclass(frozen=True, slots=True)
class ClassifierVersion:
    """One version of a classifier. Once it is ready nothing of it changes."""

    id: int
    public_id: str  # version-4 UUID
    classifier_id: int
    network_id: int | None  # the network that answers, where it is one of the table's
    number: int  # 1, 2, 3, ...
    state: str  # see VersionState
    error: str | None  # why it failed, a sentence
    model: str | None  # the model that answers, as in models.txt
    labels: list[dict[str, Any]]  # its columns in their order
    post_processing: Any  # JSON
    figures: dict[str, Any]  # measured on the hold-out
    job_id: int | None  # of the training
    created_at: float  # Unix seconds
    finished_at: float | None  # Unix seconds


def add_version(connection: Connection, version: ClassifierVersion) -> ClassifierVersion:
    """Add a version; its id is ignored, its number is the next one. Returns it as stored.

    Numbers are never reused, even if the last version is deleted: jobs and clients store them.
    """
    # Locks the classifier: of two that add at once, the second waits and gets the next number.
    connection.execute(
        update(CLASSIFIERS)
        .where(CLASSIFIERS.c.id == version.classifier_id)
        .values(last_number=CLASSIFIERS.c.last_number + 1)
    )
    last = select(CLASSIFIERS.c.last_number).where(CLASSIFIERS.c.id == version.classifier_id)
    values = asdict(version) | {"number": int(connection.execute(last).scalar_one())}
    del values["id"]
    added = connection.execute(insert(CLASSIFIER_VERSIONS).values(values).returning(CLASSIFIER_VERSIONS.c.id))
    return replace(version, id=int(added.scalar_one()), number=values["number"])


def find_version(connection: Connection, user_id: int, public_id: str) -> ClassifierVersion | None:
    """Return a version of one of a user's classifiers."""
    is_it = (CLASSIFIER_VERSIONS.c.public_id == public_id) & (CLASSIFIERS.c.user_id == user_id)
    chosen = select(CLASSIFIER_VERSIONS).join(CLASSIFIERS).where(is_it)
    return _version(connection.execute(chosen).one_or_none())


def find_numbered_version(
    connection: Connection, classifier_id: int, number: int
) -> ClassifierVersion | None:
    """Return the version of a classifier that has this number."""
    is_it = (CLASSIFIER_VERSIONS.c.classifier_id == classifier_id) & (CLASSIFIER_VERSIONS.c.number == number)
    return _version(connection.execute(select(CLASSIFIER_VERSIONS).where(is_it)).one_or_none())


def get_version(connection: Connection, version_id: int) -> ClassifierVersion | None:
    """Return a version of any user by the id of its row."""
    chosen = select(CLASSIFIER_VERSIONS).where(CLASSIFIER_VERSIONS.c.id == version_id)
    return _version(connection.execute(chosen).one_or_none())


def versions_of(connection: Connection, classifier_ids: Sequence[int]) -> list[ClassifierVersion]:
    """Return the versions of classifiers, oldest first."""
    is_one = CLASSIFIER_VERSIONS.c.classifier_id.in_(classifier_ids)
    chosen = select(CLASSIFIER_VERSIONS).where(is_one).order_by(CLASSIFIER_VERSIONS.c.id)
    return [ClassifierVersion(**row._asdict()) for row in connection.execute(chosen)]


def change_version(connection: Connection, version_id: int, changes: Mapping[str, Any]) -> None:
    """Give some columns of a version other values."""
    is_it = CLASSIFIER_VERSIONS.c.id == version_id
    connection.execute(update(CLASSIFIER_VERSIONS).where(is_it).values(changes))


def delete_version(connection: Connection, version: ClassifierVersion) -> None:
    """Remove a version; if it was the current one, the newest that answers takes its place."""
    connection.execute(delete(CLASSIFIER_VERSIONS).where(CLASSIFIER_VERSIONS.c.id == version.id))
    answers = (CLASSIFIER_VERSIONS.c.classifier_id == version.classifier_id) & (
        CLASSIFIER_VERSIONS.c.state == VersionState.READY.value
    )
    newest = select(func.max(CLASSIFIER_VERSIONS.c.id)).where(answers).scalar_subquery()
    was_current = (CLASSIFIERS.c.id == version.classifier_id) & (
        CLASSIFIERS.c.current_version_id == version.id
    )
    connection.execute(update(CLASSIFIERS).where(was_current).values(current_version_id=newest))


def _version(row: Row[Any] | None) -> ClassifierVersion | None:
    return None if row is None else ClassifierVersion(**row._asdict())
