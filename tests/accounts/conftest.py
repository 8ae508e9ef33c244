"""Provide databases of both kinds, and accounts in them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coralchunk.accounts import Accounts
from coralchunk.storage.sql.database import Database, open_database
from tests.hashing import QUICK_HASHER

Open = Callable[[], Database]


def _opening(url: str, folder: Path) -> Iterator[Open]:
    made: list[Database] = []

    def another() -> Database:
        made.append(open_database(url, folder))
        return made[-1]

    yield another
    for database in made:
        database.close()


@pytest.fixture
def opened(database_url: str, tmp_path: Path) -> Iterator[Open]:
    """Opens an up-to-date database, each time as another process would."""
    yield from _opening(database_url, tmp_path)


@pytest.fixture
def opened_empty(empty_database_url: str, tmp_path: Path) -> Iterator[Open]:
    """Opens an empty database, each time as another process would."""
    yield from _opening(empty_database_url, tmp_path)


@pytest.fixture
def database(opened: Open) -> Database:
    """A database that is up to date."""
    return opened()


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database, QUICK_HASHER)
