"""Provide databases that are up to date without running every migration for each test."""

import functools
import tempfile
from pathlib import Path

from coralchunk.storage.migrate import migrate
from coralchunk.storage.sql.database import open_database


@functools.cache
def migrated_sqlite() -> bytes:
    """Return the SQLite file of an up-to-date database without rows."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "migrated.db"
        database = open_database(f"sqlite:///{file}", file.parent)
        migrate(database)
        database.close()  # the last connection moves the log into the file
        return file.read_bytes()


def provide_database(data_dir: Path) -> None:
    """Put an up-to-date database without rows where a server with this data folder looks for it."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    (data_dir / "coralchunk.db").write_bytes(migrated_sqlite())
