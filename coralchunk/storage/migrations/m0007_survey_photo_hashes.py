"""Add the sha256 of each survey photo's file, by which the same photo is recognised."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; of photos that are there already the file is gone or unknown."""
    op.add_column("survey_photos", sa.Column("sha256", sa.String(64), nullable=True))
