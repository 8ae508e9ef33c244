"""Add labelled images, their verifications, classifications kept for feedback, feedback, and secrets."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    _images()
    _image_labels()
    _verifications()
    _classifications()
    _feedback()
    _secrets()


def _images() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(36), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("blob", sa.String(150), nullable=False),
        sa.Column("extension", sa.String(10), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("is_real", sa.Boolean(), nullable=False),
        sa.Column("verify_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_images"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_images_workspace_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("blob", name="uq_images_blob"),
        sa.UniqueConstraint("public_id", name="uq_images_public_id"),
        sa.UniqueConstraint("workspace_id", "sha256", name="uq_images_workspace_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_images_workspace_id", "images", ["workspace_id", "id"])
    op.create_index("ix_images_is_test", "images", ["workspace_id", "is_test", "id"])
    op.create_index("ix_images_is_real", "images", ["workspace_id", "is_real", "id"])
    op.create_index("ix_images_verify_count", "images", ["workspace_id", "verify_count", "id"])


def _image_labels() -> None:
    op.create_table(
        "image_labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(40), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_image_labels"),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="fk_image_labels_image_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["labels.id"], name="fk_image_labels_label_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("image_id", "label_id", name="uq_image_labels_image_id"),
        sa.UniqueConstraint("public_id", name="uq_image_labels_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_image_labels_label_id", "image_labels", ["label_id", "image_id"])
    op.create_index("ix_image_labels_value", "image_labels", ["label_id", "value"])


def _verifications() -> None:
    op.create_table(
        "verifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(36), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verifications"),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name="fk_verifications_image_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_verifications_user_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("image_id", "user_id", name="uq_verifications_image_id"),
        sa.UniqueConstraint("public_id", name="uq_verifications_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_verifications_user_id", "verifications", ["user_id"])


def _classifications() -> None:
    op.create_table(
        "classifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(40), nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("classifier_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("blob", sa.String(150), nullable=False),
        sa.Column("image_label_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_classifications"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_classifications_user_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["classifier_id"], ["classifiers.id"], name="fk_classifications_classifier_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["image_label_id"],
            ["image_labels.id"],
            name="fk_classifications_image_label_id",
            ondelete="SET NULL",
        ),
        sa.UniqueConstraint("public_id", name="uq_classifications_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_classifications_blob", "classifications", ["blob"])
    op.create_index("ix_classifications_classifier_id", "classifications", ["classifier_id"])
    op.create_index("ix_classifications_created_at", "classifications", ["created_at"])
    op.create_index("ix_classifications_image_label_id", "classifications", ["image_label_id"])
    op.create_index("ix_classifications_user_id", "classifications", ["user_id"])


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_feedback_user_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_user_id", "feedback", ["user_id"])


def _secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("value", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )
