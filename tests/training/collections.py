"""Collections of textures in the services of one process, as people make them through an API."""

from collections.abc import Sequence
from dataclasses import dataclass

from coralchunk.datasets.images import Upload
from coralchunk.datasets.labels import LabelDetails
from coralchunk.services import Services
from coralchunk.storage.rows.classifiers import ClassifierKind
from coralchunk.storage.rows.collections import Collection
from coralchunk.storage.rows.labels import Label
from coralchunk.storage.rows.users import add_user
from coralchunk.training.service import Trainings
from tests.databases import provide_database
from tests.reef import encoded
from tests.training.textures import texture

ANA, BEN = 1, 2
NOW = 1_900_000_000.0  # Unix seconds; in the future, so that Redis expires nothing on its own


@dataclass(frozen=True)
class Trainer:
    """A user with a collection, and what trains it."""

    services: Services
    trainings: Trainings
    collection: Collection
    labels: tuple[Label, ...]

    def now(self) -> Collection:
        """Return the collection as it is now."""
        return self.services.datasets.collections.get(ANA, self.collection.public_id)

    def begin(self, min_images: int = 3, now: float = NOW) -> int:
        """Have it trained. Returns the job's id."""
        begun = self.trainings.begin(self.now(), min_images, "user-1", now)
        assert begun.training_job_id is not None
        return begun.training_job_id

    def add(self, name: str, seeds: Sequence[int], *, is_test: bool = False) -> None:
        """Add pictures of a texture under the label of its name."""
        datasets = self.services.datasets
        workspace = datasets.workspaces.default(ANA, NOW)
        label = next(label for label in self.labels if label.name == name)
        for seed in seeds:
            content = encoded(texture(name, seed), "PNG")
            image = datasets.images.add(workspace, Upload(content, is_test=is_test), NOW)
            datasets.labelling.add([image], label, None, NOW)


def make_trainer(services: Services, names: Sequence[str], kind: str = "multi_class") -> Trainer:
    """Make a user, and an empty collection with these labels."""
    database = services.accounts.database
    provide_database(services.settings.data_dir)
    with database.writing() as connection:
        for name in ("ana", "ben"):
            add_user(connection, name, "x", 1.0)
    datasets = services.datasets
    workspace = datasets.workspaces.default(ANA, NOW)
    collection = datasets.collections.create(
        workspace, ClassifierKind.TRAINING_SET, kind, "My textures", None, NOW
    )
    label_kind = {"multi_class": "category", "multi_label": "tag", "regression": "value"}[kind]
    labels = [datasets.labels.create(workspace, label_kind, LabelDetails(name), NOW) for name in names]
    for label in labels:
        datasets.collections.add_label(collection, label)
    trainings = Trainings(database, services.stores, datasets.collections)
    return Trainer(services, trainings, collection, tuple(labels))
