"""Run a worker that records each picture it stores: python -m tests.pipeline.racer NAME LEDGER."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import IO

from typing_extensions import override

from coralchunk.config import Settings
from coralchunk.pipeline.stores import open_stores
from coralchunk.pipeline.worker.context import open_worker_context
from coralchunk.storage.files.blobs import PICTURE, Blobs
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.objects.places import open_job_store
from jobs.worker import ChunkWorker


class NotingBlobs(Blobs):
    """A store that notes for which job a picture is kept."""

    def __init__(self, objects: ObjectStore, ledger: Path) -> None:
        super().__init__(objects)
        self._ledger = ledger

    @override
    def write(self, job_id: int, name: str, content: IO[bytes]) -> None:
        if name == PICTURE:
            with self._ledger.open("a") as ledger:
                ledger.write(f"{job_id}\n")
        super().write(job_id, name, content)


def main(name: str, ledger: Path) -> None:
    """Work until stopped."""
    settings = Settings.from_environment(os.environ)  # noqa: TID251 - an entry point
    models = open_model_repository(settings)
    blobs = NotingBlobs(open_job_store(settings), ledger)
    context = open_worker_context(
        replace(open_stores(settings), blobs=blobs), models, models.find(settings.model)
    )
    ChunkWorker(name, context).work(logging_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
