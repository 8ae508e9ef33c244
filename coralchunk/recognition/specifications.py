"""Keep specifications: what can be recognised, and which version recognises it now."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coralchunk.errors.networks import BadRecognition, UnknownSpecification
from coralchunk.networks.postprocessing import Output
from coralchunk.recognition.page import Page
from coralchunk.recognition.row_ids import can_be_id
from coralchunk.storage.rows.classifier_versions import get_version
from coralchunk.storage.rows.classifiers import (
    Classifier,
    ClassifierKind,
    add_classifier,
    change_classifier,
    classifiers_of,
    delete_classifier,
    find_classifier,
)
from coralchunk.storage.sql.database import Database

_MOST: Final = 10_000  # of one user
_KINDS: Final = frozenset({ClassifierKind.SPECIFICATION})


@dataclass(frozen=True, slots=True)
class NewSpecification:
    """What somebody wants to have recognised."""

    name: str
    description: str
    metadata: dict[str, Any]
    outputs: tuple[Output, ...]


class SpecificationService:
    """The specifications of all users."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def add(self, user_id: int, new: NewSpecification, now: float) -> Classifier:
        """Keep a specification. Raises BadRecognition if the user has too many. `now` in Unix seconds."""
        with self._database.writing() as connection:
            there = len(classifiers_of(connection, user_id, _KINDS))
            if there >= _MOST:
                raise BadRecognition("specification", f"you have {there}, and a user may have {_MOST}")
            row = Classifier(
                id=0,
                user_id=user_id,
                kind=ClassifierKind.SPECIFICATION,
                name=new.name,
                slug=f"specification-{uuid.uuid4().hex}",  # it is asked for by number alone
                description=new.description,
                outputs=[output.model_dump(mode="json") for output in new.outputs],
                metadata=new.metadata,
                current_version_id=None,
                last_number=0,
                created_at=now,
                updated_at=now,
            )
            return add_classifier(connection, row)

    def find(self, user_id: int, spec_id: int) -> Classifier:
        """Return a specification of a user. Raises UnknownSpecification."""
        found = None
        if can_be_id(spec_id):
            with self._database.reading() as connection:
                found = find_classifier(connection, user_id, spec_id)
        if found is None or found.kind != ClassifierKind.SPECIFICATION:
            raise UnknownSpecification(spec_id)
        return found

    def page(self, user_id: int, page: Page) -> tuple[Sequence[Classifier], int]:
        """Return some specifications of a user, oldest first, and how many there are."""
        with self._database.reading() as connection:
            found = classifiers_of(connection, user_id, _KINDS)
        return found[page.offset : page.offset + page.limit], len(found)

    def change(self, user_id: int, spec_id: int, changes: Mapping[str, Any], now: float) -> Classifier:
        """Give a specification another name, description, metadata or current version.

        Raises UnknownSpecification, and BadRecognition for a version of another specification.
        """
        self.find(user_id, spec_id)
        with self._database.writing() as connection:
            version_id = changes.get("current_version_id")
            if version_id is not None:
                version = get_version(connection, version_id)
                if version is None or version.classifier_id != spec_id:
                    raise BadRecognition(
                        "current_version_id", f"{version_id} is no version of specification {spec_id}"
                    )
            change_classifier(connection, spec_id, {**changes, "updated_at": now})
        return self.find(user_id, spec_id)

    def delete(self, user_id: int, spec_id: int) -> None:
        """Remove a specification and its versions. Raises UnknownSpecification."""
        self.find(user_id, spec_id)
        with self._database.writing() as connection:
            delete_classifier(connection, spec_id)


def outputs_of(specification: Classifier) -> tuple[Output, ...]:
    """Return the outputs of a specification."""
    return tuple(Output.model_validate(output) for output in specification.outputs)
