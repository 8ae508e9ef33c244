"""Define the tables of survey members, audit log and OpenID users; a change needs a step in migrations/."""

from typing import Final

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Integer, String, Table

from coralchunk.storage.sql.metadata import METADATA

# Who may use a survey beside its owner.
SURVEY_MEMBERS: Final = Table(
    "survey_members",
    METADATA,
    Column("survey_id", ForeignKey("surveys.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("role", String(20), nullable=False),
    Column("added_at", Double, nullable=False),
)
# Who did what to what, and when. Triggers refuse to change or remove rows, so there are no foreign keys.
AUDIT_EVENTS: Final = Table(
    "audit_events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Double, nullable=False),
    Column("user_id", Integer, index=True),  # none: the operator, on the command line
    Column("user_name", String(150)),  # as it was then
    Column("token_id", Integer),
    Column("action", String(40), nullable=False),
    Column("survey_id", BigInteger, index=True),
    Column("owner_id", Integer, index=True),  # user whose survey or token it was
    Column("target", String(200), nullable=False),
    sqlite_autoincrement=True,
)
# Who users are at an OpenID provider; a provider never gives an id twice.
EXTERNAL_IDENTITIES: Final = Table(
    "external_identities",
    METADATA,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
)
