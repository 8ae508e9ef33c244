"""Find the models that a user's photos can be classified by: the server's, and those made for their site."""

from dataclasses import dataclass
from typing import Final, Literal

from coralchunk.accounts import Accounts
from coralchunk.errors.training import UnknownPhotoModel
from coralchunk.identity import Identity
from coralchunk.storage.model_repository import ModelRef, ModelRepository
from coralchunk.storage.rows import classifier_versions, classifiers
from coralchunk.storage.rows.classifier_versions import ClassifierVersion, VersionState
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.sql.database import Database

_KINDS: Final = frozenset({ClassifierKind.TASK, ClassifierKind.TRAINING_SET})


@dataclass(frozen=True, slots=True)
class PhotoModel:
    """A model that photos can be classified by."""

    label: str
    origin: Literal["server", "site"]
    collection: str | None  # whose corrections it was trained on, by name


def is_offered(version: ClassifierVersion) -> bool:
    """Tell whether a version may classify photos: made for a site, and better than the server's model."""
    comparison = version.figures.get("comparison")
    return version.state == VersionState.READY and comparison is not None and bool(comparison["is_better"])


class PhotoModels:
    """The models of all users."""

    def __init__(
        self, database: Database, models: ModelRepository, in_use: ModelRef, accounts: Accounts
    ) -> None:
        self._database: Final = database
        self._models: Final = models
        self._in_use: Final = in_use
        self._accounts: Final = accounts

    def listed(self, identity: Identity | None) -> list[PhotoModel]:
        """Return the models that this requester may name, the server's own first."""
        shared = [self._in_use, *(one for one in self._models.listed() if one != self._in_use)]
        of_coral = [one for one in shared if self._models.manifest(one).classifies_coral]
        own = [] if identity is None else self._of_site(identity.user_id)
        return [*(PhotoModel(one.label, "server", None) for one in of_coral), *own]

    def default(self, identity: Identity | None) -> str:
        """Return the label of the model that classifies photos of this requester unless they name one."""
        wanted = None if identity is None else identity.model
        known = {one.label for one in self.listed(identity)} if wanted is not None else set()
        # A default that was deleted is none any more.
        return wanted if wanted is not None and wanted in known else self._in_use.label

    def chosen(self, wanted: str | None, identity: Identity | None) -> str:
        """Return the label of the model that is to classify a photo; empty for the server's own.

        wanted  as the request names it; None for the default

        Raises UnknownPhotoModel.
        """
        label = self.default(identity) if not wanted else self._checked(wanted, identity)
        return "" if label == self._in_use.label else label

    def set_default(self, wanted: str | None, identity: Identity) -> str:
        """Have a model classify the photos of a token; None for the server's. Raises UnknownPhotoModel.

        Returns the label of the default.
        """
        label = None if wanted is None else self._checked(wanted, identity)
        self._accounts.set_model(identity.token_id, label)
        return label or self._in_use.label

    def _checked(self, wanted: str, identity: Identity | None) -> str:
        if wanted == self._in_use.label:
            return wanted
        known = [one.label for one in self.listed(identity)]
        if wanted not in known:
            raise UnknownPhotoModel(wanted, ", ".join(known))
        return wanted

    def _of_site(self, user_id: int) -> list[PhotoModel]:
        with self._database.reading() as connection:
            own = {one.id: one for one in classifiers.classifiers_of(connection, user_id, _KINDS)}
            versions = classifier_versions.versions_of(connection, list(own))
        return [
            PhotoModel(str(one.model), "site", own[one.classifier_id].name)
            for one in versions
            if is_offered(one)
        ]
