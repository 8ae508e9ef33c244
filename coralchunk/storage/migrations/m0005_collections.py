"""Add workspaces and collections, and give labels to workspaces.

Labels keep their numbers. Their names were unique over all users; from here on only those of the models in
models.txt are.
"""

import time
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables, and take over the labels that there were."""
    rows = _taken("SELECT id, code, name FROM labels ORDER BY id", "labels")
    _workspaces()
    _collections()
    _labels()
    _collection_labels()
    added = {"kind": "category", "description": "", "created_at": time.time()}
    _put_back("labels", [{**row, **added, "public_id": str(uuid.uuid4())} for row in rows])


def _taken(query: str, table: str) -> list[dict[str, object]]:
    rows = [dict(row._mapping) for row in op.get_bind().execute(sa.text(query))]
    op.drop_table(table)
    return rows


def _put_back(table: str, rows: list[dict[str, object]]) -> None:
    connection = op.get_bind()
    if not rows:
        return
    connection.execute(sa.insert(sa.Table(table, sa.MetaData(), autoload_with=connection)), rows)
    if connection.dialect.name == "postgresql":  # SQLite raises its counter by itself
        largest = max(int(str(row["id"])) for row in rows)
        sequence = sa.func.pg_get_serial_sequence(table, "id")
        connection.execute(sa.select(sa.func.setval(sequence, largest)))


def _workspaces() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(36), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_workspaces_user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("public_id", name="uq_workspaces_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_workspaces_user_id", "workspaces", ["user_id"])
    op.create_index(
        "uq_workspaces_default",
        "workspaces",
        ["user_id"],
        unique=True,
        sqlite_where=sa.text("is_default = 1"),
        postgresql_where=sa.text("is_default"),
    )


def _collections() -> None:
    op.create_table(
        "collections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(36), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("classifier_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(20), nullable=False),
        sa.Column("training_state", sa.String(20), nullable=False),
        sa.Column("training_error", sa.Text(), nullable=True),
        sa.Column("training_job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_collections_workspace_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["classifier_id"], ["classifiers.id"], name="fk_collections_classifier_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("classifier_id", name="uq_collections_classifier_id"),
        sa.UniqueConstraint("public_id", name="uq_collections_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_collections_workspace_id", "collections", ["workspace_id", "id"])


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(36), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("code", sa.String(10), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("output_name", sa.String(200), nullable=True),
        sa.Column("negative_for_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_labels_workspace_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["negative_for_id"], ["collections.id"], name="fk_labels_negative_for_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("public_id", name="uq_labels_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_labels_negative_for_id", "labels", ["negative_for_id"])
    op.create_index("ix_labels_workspace_id", "labels", ["workspace_id", "id"])
    op.create_index(
        "uq_labels_shared_name",
        "labels",
        ["name"],
        unique=True,
        sqlite_where=sa.text("workspace_id IS NULL"),
        postgresql_where=sa.text("workspace_id IS NULL"),
    )


def _collection_labels() -> None:
    op.create_table(
        "collection_labels",
        sa.Column("collection_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "label_id", name="pk_collection_labels"),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collections.id"],
            name="fk_collection_labels_collection_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["labels.id"], name="fk_collection_labels_label_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_collection_labels_label_id", "collection_labels", ["label_id"])
