"""Let surveys be shared by links that only show them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column.

    A unique index, not a constraint: SQLite adds a constraint by making the table anew, and dropping the old
    one would delete the photos of all surveys with it.
    """
    op.add_column("surveys", sa.Column("share_id", sa.String(24), nullable=True))
    op.create_index("ix_surveys_share_id", "surveys", ["share_id"], unique=True)
