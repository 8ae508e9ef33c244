"""Test that models of deleted classifiers are removed, and no others."""

import pytest

from coralchunk.services import Services
from coralchunk.storage.files.trained_models import TrainedModels, trained_name
from coralchunk.storage.objects.places import open_named_store
from coralchunk.training.sweep import sweep_trained_models
from tests.training.collections import Trainer, make_trainer

HOUR_S = 3601


@pytest.fixture
def trainer(services: Services) -> Trainer:
    made = make_trainer(services, ["stripes", "dots"])
    made.add("stripes", [1])
    return made


def newest(services: Services) -> float:
    """Return when the last file was written, Unix seconds."""
    folders = [services.settings.data_dir / name for name in ("images", "trained-models")]
    return max(path.stat().st_mtime for folder in folders for path in folder.rglob("*"))


def test_models_of_deleted_classifiers_are_removed_after_an_hour(
    services: Services, trainer: Trainer
) -> None:
    trained = TrainedModels(open_named_store(services.settings, "trained-models"))
    kept, orphan = (f"{trained_name(number)}-1" for number in (trainer.collection.classifier_id, 4711))
    for label in (kept, orphan):
        trained.write(label, b"onnx", b"{}")

    sweep_trained_models(services.settings, newest(services) + 60)
    assert trained.manifest(orphan) is not None
    sweep_trained_models(services.settings, newest(services) + HOUR_S)

    assert trained.manifest(kept) is not None
    assert trained.manifest(orphan) is None
