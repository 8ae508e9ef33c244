"""Run the steps of a migration with Alembic."""

from typing import Final

import structlog
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from coralchunk.errors.setup import BadSetup
from coralchunk.storage.revision import STEPS
from coralchunk.storage.sql.database import Database

_LOCK: Final = 0x636F72616C  # "coral": any number that no other program on that PostgreSQL locks
_log: Final = structlog.get_logger()


def run_steps(database: Database) -> None:
    """Bring a database up to date; as migrate.migrate, but loads Alembic in any case."""
    steps = ScriptDirectory(str(STEPS), version_locations=[str(STEPS)])
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
