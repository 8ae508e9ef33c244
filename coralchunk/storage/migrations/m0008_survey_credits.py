"""Add who is named when a survey is published, how to reach them, and the licence."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns; nothing is known of surveys that are there already."""
    op.add_column("surveys", sa.Column("creator", sa.String(200), nullable=True))
    op.add_column("surveys", sa.Column("contact", sa.String(200), nullable=True))
    op.add_column("surveys", sa.Column("licence", sa.String(20), nullable=True))
