"""Add whether a survey keeps its photos, how much of a photo is kept, and which camera took it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns; surveys that are there already keep no photos."""
    op.add_column("surveys", sa.Column("keeps_photos", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("survey_photos", sa.Column("kept_bytes", sa.BigInteger, nullable=True))
    op.add_column("survey_photos", sa.Column("camera", sa.String(100), nullable=True))
