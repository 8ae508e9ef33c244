"""Hold the metadata that every table of the SQL database is registered in."""

from typing import Final

from sqlalchemy import MetaData

# Named, so that a later migration can take hold of them in every database.
METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
