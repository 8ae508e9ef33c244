"""Keep the versions of the classifiers that collections teach."""

from typing import Final

from coralchunk.datasets.ids import checked_uuid
from coralchunk.errors.datasets import BadValue, UnknownThing
from coralchunk.storage.rows import classifier_versions, classifiers
from coralchunk.storage.rows.classifier_versions import ClassifierVersion, VersionState
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.rows.collections import Collection, collections_of, find_collection_of_classifier
from coralchunk.storage.sql.database import Database


class Versions:
    """The versions that training made."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def get(self, user_id: int, public_id: str) -> tuple[ClassifierVersion, Collection]:
        """Return a version and the collection that it was trained of. Raises UnknownThing."""
        with self._database.reading() as connection:
            found = classifier_versions.find_version(connection, user_id, checked_uuid("model", public_id))
            taught_by = (
                None if found is None else find_collection_of_classifier(connection, found.classifier_id)
            )
        if found is None or taught_by is None:
            raise UnknownThing("model", public_id)
        return found, taught_by

    def of_collection(self, collection: Collection) -> list[ClassifierVersion]:
        """Return the versions of a collection's classifier, oldest first."""
        with self._database.reading() as connection:
            return classifier_versions.versions_of(connection, [collection.classifier_id])

    def of_user(self, user_id: int, kind: ClassifierKind) -> list[tuple[ClassifierVersion, Collection]]:
        """Return the versions of all collections of a kind, oldest first."""
        with self._database.reading() as connection:
            owned = {one.classifier_id: one for one in collections_of(connection, user_id, frozenset({kind}))}
            found = classifier_versions.versions_of(connection, list(owned))
        return [(version, owned[version.classifier_id]) for version in found]

    def answering(self, collection: Collection, number: int | None) -> ClassifierVersion:
        """Return the version of this number; the current one for none. Raises BadValue, UnknownThing."""
        wanted = collection.current_number if number is None else number
        if wanted is None:
            raise BadValue("task", collection.name, "it has not been trained yet; train it first")
        with self._database.reading() as connection:
            found = (
                classifier_versions.find_numbered_version(connection, collection.classifier_id, wanted)
                if 0 < wanted < 2**31
                else None
            )
        if found is None:
            raise UnknownThing("version", wanted)
        if found.state != VersionState.READY:
            raise BadValue("version", wanted, f"it is {found.state}; use one that is trained")
        return found

    def use(self, collection: Collection, number: int) -> None:
        """Have another version answer. Raises BadValue, UnknownThing."""
        version = self.answering(collection, number)
        with self._database.writing() as connection:
            classifiers.change_classifier(
                connection, collection.classifier_id, {"current_version_id": version.id}
            )

    def delete(self, version: ClassifierVersion) -> None:
        """Remove a version; if it answered, the newest that is left takes its place.

        Raises BadValue while it is being trained.
        """
        if version.state == VersionState.TRAINING:
            raise BadValue("model", version.public_id, "it is being trained; wait until it is trained")
        with self._database.writing() as connection:
            classifier_versions.delete_version(connection, version)
