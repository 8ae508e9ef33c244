"""Test that classifiers and labels keep their numbers, in both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from coralchunk.config import Settings
from coralchunk.errors.access import UnknownClassifier
from coralchunk.storage.model_repository import ModelRef, ModelRepository, open_model_repository
from coralchunk.storage.registry import Registry
from coralchunk.storage.sql.database import Database
from tests.accounts.conftest import Open


@pytest.fixture
def repository(tmp_path_factory: pytest.TempPathFactory) -> ModelRepository:
    return open_model_repository(Settings(data_dir=tmp_path_factory.mktemp("models")))


def install(repository: ModelRepository, name: str, version: str) -> ModelRef:
    """Install the bundled model once more, under another name."""
    bundled = repository.find()
    manifest = repository.manifest(bundled).model_copy(update={"name": name, "version": version})
    return repository.add(repository.onnx(bundled), manifest.model_dump_json().encode(), "here")


def test_processes_that_ask_at_once_see_the_same_numbers(
    opened: Open, database: Database, repository: ModelRepository
) -> None:
    registries = [Registry(opened(), repository, repository.find()) for _ in range(6)]

    with ThreadPoolExecutor(len(registries)) as threads:
        told = list(threads.map(lambda registry: registry.classifiers(), registries))

    assert all(classifiers == told[0] for classifiers in told)
    assert len({label.id for label in told[0][0].labels}) == 3


def test_a_later_model_gets_a_number_and_a_later_version_keeps_it(
    database: Database, repository: ModelRepository
) -> None:
    in_use = repository.find()
    registry = Registry(database, repository, in_use)
    (first,) = registry.classifiers()
    install(repository, "lagoon", "1.0.0")
    lagoon = registry.classifiers()[1]
    newer = install(repository, "lagoon", "2.0.0")

    found = registry.find(lagoon.id)

    assert registry.find(first.id) == first
    assert (found.id, found.name, found.versions, found.model) == (
        lagoon.id,
        "lagoon",
        ("1.0.0", "2.0.0"),
        newer,
    )
    assert found.labels == first.labels
    with pytest.raises(UnknownClassifier):
        registry.find(lagoon.id + 1)


def test_the_version_that_the_operator_chose_judges(database: Database, repository: ModelRepository) -> None:
    older = install(repository, "lagoon", "1.0.0")
    install(repository, "lagoon", "2.0.0")

    known = Registry(database, repository, older).classifiers()

    assert [classifier.model.version for classifier in known if classifier.name == "lagoon"] == ["1.0.0"]
