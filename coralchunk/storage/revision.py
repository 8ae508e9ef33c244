"""Tell which migration a database has reached, without loading Alembic."""

import re
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

STEPS: Final = Path(__file__).parent / "migrations"
_STEP: Final = re.compile(r"m(\d{4})_\w+\.py")
_VERSION: Final = Table("alembic_version", MetaData(), Column("version_num", String(32)))  # Alembic's own


def newest_revision() -> str:
    """Return the revision of this version of coralchunk; steps are numbered in their files' names."""
    return max(found[1] for path in STEPS.iterdir() if (found := _STEP.fullmatch(path.name)))


def current_revision(connection: Connection) -> str | None:
    """Return the revision of a database, or None if it has no tables yet."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar()
