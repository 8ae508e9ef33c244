"""Find the classifiers that a user may ask: the models of the server, and those that the user has trained."""

from dataclasses import dataclass
from typing import Final

from coralchunk.errors.training import UnknownSlug
from coralchunk.pipeline.images.image_job import RequestedModel
from coralchunk.storage.registry import KnownClassifier, Registry
from coralchunk.storage.rows import classifier_versions, classifiers
from coralchunk.storage.rows.classifiers import Classifier, ClassifierKind
from coralchunk.storage.sql.database import Database

_BUNDLED: Final = "Tells apart, chunk by chunk, {labels}; of a whole image, the mean by area."


@dataclass(frozen=True, slots=True)
class AnsweringClassifier:
    """A classifier that answers, by its current version."""

    id: int
    slug: str
    name: str
    description: str
    labels: tuple[str, ...]  # in the order of the model's columns
    model: RequestedModel
    version_id: int | None  # None for a model of the server


class AnsweringClassifiers:
    """The classifiers of all users that have a version which answers."""

    def __init__(self, database: Database, registry: Registry) -> None:
        self._database: Final = database
        self._registry: Final = registry

    def listed(self, user_id: int) -> list[AnsweringClassifier]:
        """Return the server's own classifiers, then the training sets of a user that were trained."""
        shared = [_shared(known) for known in self._registry.classifiers()]
        with self._database.reading() as connection:
            own = classifiers.classifiers_of(connection, user_id, frozenset({ClassifierKind.TRAINING_SET}))
            current = {one.id: one.current_version_id for one in own}
            versions = {
                version.id: version
                for version in classifier_versions.versions_of(connection, list(current))
                if version.id == current[version.classifier_id]
            }
        trained = [
            _trained(one, version)
            for one in own
            if (version := versions.get(one.current_version_id or 0)) is not None
        ]
        return [*shared, *trained]

    def find(self, user_id: int, slugs: tuple[str, ...]) -> list[AnsweringClassifier]:
        """Return the classifiers of these slugs, in their order. Raises UnknownSlug for the first unknown."""
        known = {one.slug: one for one in self.listed(user_id)}
        for slug in slugs:
            if slug not in known:
                raise UnknownSlug(slug, ", ".join(known))
        return [known[slug] for slug in slugs]


def _shared(known: KnownClassifier) -> AnsweringClassifier:
    labels = tuple(label.name for label in known.labels)
    return AnsweringClassifier(
        id=known.id,
        slug=known.name,
        name=known.name,
        description=_BUNDLED.format(labels=", ".join(labels)),
        labels=labels,
        model=RequestedModel(model=known.model.label),
        version_id=None,
    )


def _trained(classifier: Classifier, version: classifier_versions.ClassifierVersion) -> AnsweringClassifier:
    return AnsweringClassifier(
        id=classifier.id,
        slug=classifier.slug,
        name=classifier.name,
        description=classifier.description,
        labels=tuple(str(label["name"]) for label in version.labels),
        model=RequestedModel(model=str(version.model)),
        version_id=version.id,
    )
