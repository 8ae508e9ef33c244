"""Read and write classifiers as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.sql.classifier_tables import CLASSIFIERS

_MAX_SLUGS: Final = 10_000  # tried before giving up


class ClassifierKind(StrEnum):
    """What a classifier was made as."""

    MODEL = "model"  #: a model of models.txt, which belongs to the server
    TRAINING_SET = "training_set"  #: trained of an API Torch training set
    TASK = "task"  #: trained of a Ximilar task
    SPECIFICATION = "specification"  #: answers by networks that a user uploaded


@dataclass(frozen=True, slots=True)
class Classifier:
    """A classifier of images; it has versions."""

    id: int
    user_id: int | None  # None: the server's own
    kind: str  # see ClassifierKind
    name: str
    slug: str  # unique for its user
    description: str
    outputs: Any  # JSON: what it answers, as a specification gives it; None elsewhere
    metadata: dict[str, Any]
    current_version_id: int | None
    last_number: int  # of its versions, deleted ones too
    created_at: float  # Unix seconds
    updated_at: float  # Unix seconds


def add_classifier(connection: Connection, classifier: Classifier) -> Classifier:
    """Add a classifier; its id is ignored, and a number is appended to a slug that is taken.

    Returns it as it was stored.
    """
    for number in range(1, _MAX_SLUGS):
        slug = classifier.slug if number == 1 else f"{classifier.slug}-{number}"
        if _is_taken(connection, slug, classifier.user_id):
            continue
        values = asdict(classifier) | {"slug": slug}
        del values["id"]
        try:
            with connection.begin_nested():
                added = connection.execute(insert(CLASSIFIERS).values(values).returning(CLASSIFIERS.c.id))
                return replace(classifier, id=int(added.scalar_one()), slug=slug)
        except IntegrityError:  # taken just now
            continue
    raise ValueError(f"{_MAX_SLUGS} classifiers are called {classifier.slug}")


def find_classifier(connection: Connection, user_id: int, classifier_id: int) -> Classifier | None:
    """Return a classifier of a user."""
    is_it = (CLASSIFIERS.c.id == classifier_id) & (CLASSIFIERS.c.user_id == user_id)
    return _classifier(connection.execute(select(CLASSIFIERS).where(is_it)).one_or_none())


def find_classifier_by_slug(connection: Connection, user_id: int, slug: str) -> Classifier | None:
    """Return a classifier of a user."""
    is_it = (CLASSIFIERS.c.slug == slug) & (CLASSIFIERS.c.user_id == user_id)
    return _classifier(connection.execute(select(CLASSIFIERS).where(is_it)).one_or_none())


def classifiers_of(
    connection: Connection, user_id: int, kinds: frozenset[ClassifierKind]
) -> list[Classifier]:
    """Return a user's classifiers of some kinds, oldest first."""
    is_one = (CLASSIFIERS.c.user_id == user_id) & CLASSIFIERS.c.kind.in_([kind.value for kind in kinds])
    chosen = select(CLASSIFIERS).where(is_one).order_by(CLASSIFIERS.c.id)
    return [Classifier(**row._asdict()) for row in connection.execute(chosen)]


def known_classifiers(connection: Connection, classifier_ids: Sequence[int]) -> set[int]:
    """Return those of these ids that a classifier has."""
    chosen = select(CLASSIFIERS.c.id).where(CLASSIFIERS.c.id.in_(set(classifier_ids)))
    return {int(found) for found in connection.execute(chosen).scalars()}


def change_classifier(connection: Connection, classifier_id: int, changes: Mapping[str, Any]) -> None:
    """Give some columns of a classifier other values."""
    connection.execute(update(CLASSIFIERS).where(CLASSIFIERS.c.id == classifier_id).values(changes))


def delete_classifier(connection: Connection, classifier_id: int) -> None:
    """Remove a classifier with its versions and its collection; labels and images stay."""
    connection.execute(delete(CLASSIFIERS).where(CLASSIFIERS.c.id == classifier_id))


def _is_taken(connection: Connection, slug: str, user_id: int | None) -> bool:
    # A user's classifier must not have the name of one of the server's: both are found by slug.
    is_taken = (CLASSIFIERS.c.slug == slug) & (
        CLASSIFIERS.c.user_id.is_(None) | (CLASSIFIERS.c.user_id == user_id)
    )
    return connection.execute(select(CLASSIFIERS.c.id).where(is_taken).limit(1)).first() is not None


def _classifier(row: Row[Any] | None) -> Classifier | None:
    return None if row is None else Classifier(**row._asdict())
