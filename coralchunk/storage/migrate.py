"""Migrate a database of any earlier version, or an empty one, to the current tables."""

from pathlib import Path
from typing import Final

import structlog
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from coralchunk.errors.setup import BadSetup
from coralchunk.storage.sql.database import Database

_STEPS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 0x636F72616C  # "coral": any number that no other program on that PostgreSQL locks
_log: Final = structlog.get_logger()


def is_current(database: Database) -> bool:
    """Tell whether a database has the tables of this version. Raises DatabaseDown."""
    newest = ScriptDirectory(str(_STEPS), version_locations=[str(_STEPS)]).get_current_head()
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def migrate(database: Database) -> None:
    """Bring a database up to date, in one transaction; several processes may try at once.

    Raises DatabaseDown, and BadSetup for a database that a later version of coralchunk has changed.
    """
    steps = ScriptDirectory(str(_STEPS), version_locations=[str(_STEPS)])
    newest = steps.get_current_head()
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        current = MigrationContext.configure(connection).get_current_revision()
        if current == newest:
            return
        if current is not None and current not in {step.revision for step in steps.walk_revisions()}:
            raise BadSetup(
                f"{database.place} was changed by a later version of coralchunk (step {current}, known here:"
                f" {newest}). Use that version, or another database."
            )
        environment = EnvironmentContext(
            Config(), steps, fn=lambda at, _: steps._upgrade_revs("head", at), destination_rev="head"
        )
        with environment:
            environment.configure(connection=connection)
            environment.run_migrations()
    _log.info("database brought up to date", place=database.place, step=newest)
