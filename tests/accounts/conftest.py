"""Provide databases of both kinds, and accounts in them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coralchunk.accounts import Accounts
from coralchunk.storage.migrate import migrate
from coralchunk.storage.sql.database import Database, open_database
from tests.hashing import QUICK_HASHER

Open = Callable[[], Database]


@pytest.fixture
def opened(database_url: str, tmp_path: Path) -> Iterator[Open]:
    """Opens the test's database, each time as another process would."""
    made: list[Database] = []

    def another() -> Database:
        made.append(open_database(database_url, tmp_path))
        return made[-1]

    yield another
    for database in made:
        database.close()


@pytest.fixture
def database(opened: Open) -> Database:
    """A database that is up to date."""
    database = opened()
    migrate(database)
    return database


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database, QUICK_HASHER)
