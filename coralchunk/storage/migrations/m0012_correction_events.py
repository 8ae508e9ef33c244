"""Add the log of corrections, and enter the corrections that are there as its first events."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table; what earlier corrections replaced is not known."""
    events = op.create_table(
        "correction_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("job_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("chunk", sa.Integer, nullable=False),
        sa.Column("by", sa.String(100), nullable=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("from_label", sa.String(20), nullable=True),
        sa.Column("to_label", sa.String(20), nullable=True),
        sa.Column("said", sa.String(20), nullable=False),
        sqlite_autoincrement=True,
    )
    corrections = sa.table(
        "corrections",
        *(sa.column(name) for name in ("id", "job_id", "chunk", "by", "corrected_at", "label", "said")),
    )
    known = sa.select(
        corrections.c.job_id,
        corrections.c.chunk,
        corrections.c.by,
        corrections.c.corrected_at,
        corrections.c.label,
        corrections.c.said,
    ).order_by(corrections.c.id)
    names = ["job_id", "chunk", "by", "at", "to_label", "said"]
    op.execute(sa.insert(events).from_select(names, known))
