"""Add the heat stress of sites."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "site_heat_stress",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "user_id",
            sa.Integer,
            sa.ForeignKey("users.id", name="fk_site_heat_stress_user_id", ondelete="CASCADE"),
            nullable=True,
        ),
        sa.Column(
            "survey_id",
            sa.BigInteger,
            sa.ForeignKey("surveys.id", name="fk_site_heat_stress_survey_id", ondelete="CASCADE"),
            nullable=True,
        ),
        sa.Column("site", sa.String(200), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("uploaded_at", sa.Double, nullable=False),
        sa.Column("days", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("survey_id", name="uq_site_heat_stress_survey_id"),
        sa.UniqueConstraint("user_id", "site", name="uq_site_heat_stress_user_id"),
        sqlite_autoincrement=True,
    )
