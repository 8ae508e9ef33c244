"""Give classifiers and labels numbers that never change."""

import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.exc import IntegrityError

from coralchunk.errors.access import UnknownClassifier
from coralchunk.storage.model_repository import ModelRef, ModelRepository
from coralchunk.storage.sql.classifier_tables import CLASSIFIERS
from coralchunk.storage.sql.database import Database
from coralchunk.storage.sql.dataset_tables import LABELS

_LONGEST_CODE: Final = 10  # as on CoralNet


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a classifier."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownClassifier:
    """All versions of the model with this name."""

    id: int
    name: str
    versions: tuple[str, ...]  # oldest first
    model: ModelRef  # the version that classifies
    labels: tuple[Label, ...]  # in the order of the model's columns


class Registry:
    """The classifiers that clients address by number."""

    def __init__(self, database: Database, models: ModelRepository, in_use: ModelRef) -> None:
        self._database: Final = database
        self._models: Final = models
        self._in_use: Final = in_use

    def classifiers(self) -> list[KnownClassifier]:
        """Return all, by number; a model that is new here gets one."""
        models: dict[str, list[ModelRef]] = {}
        for model in self._models.listed():
            models.setdefault(model.name, []).append(model)
        now = time.time()
        numbers = self._numbers(CLASSIFIERS, {name: _classifier(name, now) for name in models})
        return sorted(
            (self._known(numbers[name], versions) for name, versions in models.items()),
            key=lambda known: known.id,
        )

    def find(self, classifier_id: int) -> KnownClassifier:
        """Return the classifier of this number. Raises UnknownClassifier."""
        for known in self.classifiers():
            if known.id == classifier_id:
                return known
        raise UnknownClassifier(classifier_id)

    def _known(self, number: int, versions: list[ModelRef]) -> KnownClassifier:
        # What the operator chose classifies; of the others, the version that was listed last.
        model = self._in_use if self._in_use in versions else versions[-1]
        names: tuple[str, ...] = self._models.manifest(model).labels
        now = time.time()
        numbers = self._numbers(LABELS, {name: _label(name, now) for name in names})
        labels = tuple(Label(numbers[name], _code(name), name) for name in names)
        return KnownClassifier(
            number, model.name, tuple(version.version for version in versions), model, labels
        )

    def _numbers(self, table: Table, wanted: dict[str, dict[str, Any]]) -> dict[str, int]:
        with self._database.reading() as connection:
            numbers = _read(connection, table, wanted)
        if len(numbers) == len(wanted):
            return numbers
        with self._database.writing() as connection:
            for name, others in wanted.items():
                if name not in numbers:
                    # Another process may be about to do the same.
                    with suppress(IntegrityError), connection.begin_nested():
                        connection.execute(insert(table).values(name=name, **others))
            return _read(connection, table, wanted)


def _read(connection: Connection, table: Table, names: Iterable[str]) -> dict[str, int]:
    # Users name their own classifiers and labels as they like.
    is_shared = table.c.user_id.is_(None) if table is CLASSIFIERS else table.c.workspace_id.is_(None)
    chosen = select(table.c.name, table.c.id).where(is_shared & table.c.name.in_(list(names)))
    return {str(name): int(number) for name, number in connection.execute(chosen)}


def _classifier(name: str, now: float) -> dict[str, Any]:
    return {
        "kind": "model",
        "slug": name,
        "description": "",
        "metadata": {},
        "last_number": 0,
        "created_at": now,
        "updated_at": now,
    }


def _label(name: str, now: float) -> dict[str, Any]:
    return {
        "public_id": str(uuid.uuid4()),
        "kind": "category",
        "code": _code(name),
        "description": "",
        "created_at": now,
    }


def _code(name: str) -> str:
    return name.upper().replace(" ", "_")[:_LONGEST_CODE]
