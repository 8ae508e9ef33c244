"""Add depth and transect of each survey photo, where they are not those of its survey."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns; photos that are there already have the depth and the transect of their survey."""
    op.add_column("survey_photos", sa.Column("depth_m", sa.Double, nullable=True))
    op.add_column("survey_photos", sa.Column("transect", sa.String(100), nullable=True))
