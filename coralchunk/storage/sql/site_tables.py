"""Define the tables of sites; a change needs a step in migrations/."""

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Integer, LargeBinary, String, Table, UniqueConstraint

from coralchunk.storage.sql.metadata import METADATA

# A site is a user's, by its name. A survey that was made without a token has its own: names are no keys.
SITE_HEAT_STRESS: Final = Table(
    "site_heat_stress",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),  # none: of the survey
    Column(
        "survey_id", ForeignKey("surveys.id", ondelete="CASCADE"), unique=True
    ),  # none: of the user's site
    Column("site", String(200), nullable=False),
    Column("name", String(200), nullable=False),  # of the station or the file
    Column("uploaded_at", Double, nullable=False),
    Column("days", LargeBinary, nullable=False),  # lines of date and DHW, deflated
    UniqueConstraint("user_id", "site"),
    sqlite_autoincrement=True,
)
