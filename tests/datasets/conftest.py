"""Provide the services of labelled images on a database of each kind, with two users."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from coralchunk.config import Settings
from coralchunk.datasets.datasets import Datasets, open_datasets
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.storage.rows import users
from coralchunk.storage.sql.database import Database, open_database

ANA, BEN = 1, 2  # ids of users
NOW = 1_900_000_000.0  # Unix seconds
SETTINGS = Settings(dataset_max_images=40, dataset_max_labels=6, dataset_image_mb=1)


@dataclass(frozen=True)
class Place:
    """Where the services of a test keep what they are given."""

    url: str
    database: Database
    folder: Path
    datasets: Datasets

    def folders(self) -> list[str]:
        """List the objects in the blob store."""
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    database = open_database(database_url, tmp_path)
    with database.writing() as connection:
        for name in ("ana", "ben"):
            users.add_user(connection, name, "x", NOW)
    folder = tmp_path / "images"
    yield Place(
        database_url, database, folder, open_datasets(database, ImageBlobs(FolderStore(folder)), SETTINGS)
    )
    database.close()


@pytest.fixture
def datasets(place: Place) -> Datasets:
    return place.datasets


def picture(seed: int, width: int = 40, height: int = 30, form: str = "PNG", **options: object) -> bytes:
    """Draw a file of noise."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()
