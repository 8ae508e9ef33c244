"""Add users and tokens to a running server, as `coralchunk user` and `coralchunk token` do.

Each of these commands takes a second to start; tests/cli/test_accounts.py tests them.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from coralchunk.accounts import Accounts
from coralchunk.identity import Scope
from coralchunk.storage.sql.database import open_database
from tests.hashing import QUICK_HASHER
from tests.server import RunningServer

PASSWORD = "parrotfish"  # noqa: S105 - of made-up users


def add_user(server: RunningServer, name: str) -> None:
    """Add a user with PASSWORD."""
    with _accounts(server) as accounts:
        accounts.add_user(name, PASSWORD, time.time())


def create_token(server: RunningServer, name: str, *scopes: Scope) -> str:
    """Return a new token of a user, for everything unless scopes are given."""
    with _accounts(server) as accounts:
        return accounts.create_token(name, "", frozenset(scopes or Scope), time.time())


def add_user_with_token(server: RunningServer, name: str) -> str:
    """Add a user. Returns a token of theirs for everything."""
    add_user(server, name)
    return create_token(server, name)


@contextmanager
def _accounts(server: RunningServer) -> Iterator[Accounts]:
    database = open_database(server.settings.get("DATABASE_URL"), server.data_dir)
    try:
        yield Accounts(database, QUICK_HASHER)
    finally:
        database.close()
