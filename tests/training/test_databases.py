"""Test a training on PostgreSQL; the other tests of trainings run on SQLite."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coralchunk.config import Settings
from coralchunk.pipeline.worker.context import open_worker_context
from coralchunk.services import Services, open_services
from coralchunk.storage.rows.collections import TrainingState
from jobs.worker import ChunkWorker
from tests import postgres
from tests.training.collections import make_trainer
from tests.training.test_trainings import finish


@pytest.fixture
def services_on_postgresql(
    postgresql: postgres.Postgres, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Services]:
    """The services of one process, and the environment of its trainings."""
    url = str(postgresql.new_migrated_database())
    for name, value in {
        "DATABASE_URL": url,
        "REDIS_URL": redis_url,
        "CORALCHUNK_DATA_DIR": str(tmp_path / "data"),
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings(workers=1, data_dir=tmp_path / "data", redis_url=redis_url, database_url=url)
    opened = open_services(settings, redis_timeout_s=5)
    opened.stores.redis.flushall()
    yield opened
    opened.stores.redis.close()
    opened.accounts.database.close()


@pytest.mark.slow
def test_a_collection_is_trained_on_postgresql(services_on_postgresql: Services) -> None:
    services = services_on_postgresql
    trainer = make_trainer(services, ["stripes", "dots"])
    trainer.add("stripes", range(4))
    trainer.add("dots", range(4))
    context = open_worker_context(services.stores, services.models, services.model)

    def work() -> None:
        worker = ChunkWorker(f"tests.{os.urandom(4).hex()}", context)
        worker.work(burst=True, logging_level="CRITICAL")

    job = finish(services.stores, trainer.begin(), work)
    context.networks.close()

    assert job.error is None
    (version,) = services.datasets.versions.of_collection(trainer.now())
    assert (trainer.now().training_state, trainer.now().current_number) == (TrainingState.TRAINED, 1)
    assert version.figures["labels"][0]["pictures"] == 4
    assert services.models.onnx(services.models.find(version.model))
