"""Add when a user was disabled, and when a token expires."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns; no user is disabled, and no token expires."""
    op.add_column("users", sa.Column("disabled_at", sa.Double, nullable=True))
    op.add_column("tokens", sa.Column("expires_at", sa.Double, nullable=True))
