"""Migrate a database of any earlier version, or an empty one, to the current tables."""

from coralchunk.storage.revision import current_revision, newest_revision
from coralchunk.storage.sql.database import Database


def is_current(database: Database) -> bool:
    """Tell whether a database has the tables of this version. Raises DatabaseDown."""
    with database.reading() as connection:
        return current_revision(connection) == newest_revision()


def migrate(database: Database) -> None:
    """Bring a database up to date, in one transaction; several processes may try at once.

    Raises DatabaseDown, and BadSetup for a database that a later version of coralchunk has changed.
    """
    if is_current(database):
        return
    # Here, because loading Alembic takes 0.13 s, and nearly every command finds the database up to date.
    from coralchunk.storage.migration_steps import run_steps  # noqa: PLC0415

    run_steps(database)
