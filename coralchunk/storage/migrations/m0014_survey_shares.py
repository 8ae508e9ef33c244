"""Let surveys be shared by links that only show them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("surveys") as surveys:
        surveys.add_column(sa.Column("share_id", sa.String(24), nullable=True))
        surveys.create_unique_constraint("uq_surveys_share_id", ["share_id"])
