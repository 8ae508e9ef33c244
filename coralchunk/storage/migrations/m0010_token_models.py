"""Add which model classifies the photos of a token."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; the server's model classifies the photos of all tokens."""
    op.add_column("tokens", sa.Column("model", sa.String(150), nullable=True))
