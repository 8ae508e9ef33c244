"""Add surveys with their photos, and corrections of chunks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "surveys",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("site", sa.String(200), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("depth_m", sa.Double(), nullable=True),
        sa.Column("transect", sa.String(100), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_surveys"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_surveys_user_id", ondelete="CASCADE"),
    )
    op.create_index("ix_surveys_user_id", "surveys", ["user_id"])
    op.create_table(
        "survey_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("taken_at", sa.String(32), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bleached_px", sa.BigInteger(), nullable=False),
        sa.Column("coral_px", sa.BigInteger(), nullable=False),
        sa.Column("judged_px", sa.BigInteger(), nullable=False),
        sa.Column("coral_chunks", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("chunks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_survey_photos"),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["surveys.id"], name="fk_survey_photos_survey_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("survey_id", "job_id", name="uq_survey_photos_survey_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(50), nullable=False),
        sa.Column("photo_key", sa.String(32), nullable=False),
        sa.Column("label", sa.String(20), nullable=False),
        sa.Column("by", sa.String(100), nullable=True),
        sa.Column("corrected_at", sa.Double(), nullable=False),
        sa.Column("said", sa.String(20), nullable=False),
        sa.Column("bleached", sa.Double(), nullable=False),
        sa.Column("healthy", sa.Double(), nullable=False),
        sa.Column("not_coral", sa.Double(), nullable=False),
        sa.Column("model_name", sa.String(100), nullable=False),
        sa.Column("model_version", sa.String(50), nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("window_x", sa.Integer(), nullable=False),
        sa.Column("window_y", sa.Integer(), nullable=False),
        sa.Column("photo_width", sa.Integer(), nullable=False),
        sa.Column("photo_height", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.UniqueConstraint("job_id", "chunk", name="uq_corrections_job_id"),
        sqlite_autoincrement=True,
    )
