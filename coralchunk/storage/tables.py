"""The tables of the SQL database. A change needs a step in migrations/; a test finds it missing."""

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Integer, MetaData, String, Table

# Named, so that a later migration can take hold of them in every database.
METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Times are Unix seconds, as in the jobs' records. Ids are never given twice: jobs keep those of their owners.
USERS: Final = Table(
    "users",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(150), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=False),  # argon2, in its own text form
    Column("created_at", Double, nullable=False),
    sqlite_autoincrement=True,
)
TOKENS: Final = Table(
    "tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),  # of the token, which is kept nowhere
    Column("scopes", String(255), nullable=False),  # separated by spaces
    Column("created_at", Double, nullable=False),
    Column("last_used_at", Double),  # to the minute
    Column("revoked_at", Double),
    sqlite_autoincrement=True,
)
# Only numbers and names: what a classifier is, its manifest says; which versions there are, models.txt.
CLASSIFIERS: Final = Table(
    "classifiers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    sqlite_autoincrement=True,
)
LABELS: Final = Table(
    "labels",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("code", String(10), nullable=False),
    Column("name", String(100), nullable=False, unique=True),
    sqlite_autoincrement=True,
)
