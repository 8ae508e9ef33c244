"""Add networks and versions of classifiers, and give classifiers to users.

Classifiers keep their numbers. Their names were unique over all users; from here on only those of the models
in models.txt are. Tokens with all scopes get the new scopes too.
"""

import time
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ALL_BEFORE: Final = "classify read"
_ALL: Final = "classify networks read train"


def upgrade() -> None:
    """Create the tables, and take over the classifiers that there were."""
    rows = _taken("SELECT id, name FROM classifiers ORDER BY id", "classifiers")
    _classifiers()
    _networks()
    _classifier_versions()
    now = time.time()
    added = {"kind": "model", "description": "", "metadata": {}, "last_number": 0, "created_at": now}
    _put_back("classifiers", [{**row, **added, "slug": row["name"], "updated_at": now} for row in rows])
    tokens = sa.table("tokens", sa.column("scopes"))
    op.execute(sa.update(tokens).where(tokens.c.scopes == _ALL_BEFORE).values(scopes=_ALL))


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


def _classifiers() -> None:
    op.create_table(
        "classifiers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("slug", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("outputs", sa.JSON(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("current_version_id", sa.Integer(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_classifiers"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_classifiers_user_id", ondelete="CASCADE"),
        sa.UniqueConstraint("user_id", "slug", name="uq_classifiers_user_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_classifiers_user_id", "classifiers", ["user_id", "kind", "id"])
    op.create_index(
        "uq_classifiers_shared_slug",
        "classifiers",
        ["slug"],
        unique=True,
        sqlite_where=sa.text("user_id IS NULL"),
        postgresql_where=sa.text("user_id IS NULL"),
    )


def _networks() -> None:
    op.create_table(
        "networks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("framework", sa.String(50), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.String(150), nullable=False),
        sa.Column("preprocessing", sa.JSON(), nullable=False),
        sa.Column("post_processings", sa.JSON(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_networks"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_networks_user_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_networks_sha256", "networks", ["sha256"])
    op.create_index("ix_networks_user_id", "networks", ["user_id"])


def _classifier_versions() -> None:
    op.create_table(
        "classifier_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(36), nullable=False),
        sa.Column("classifier_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("model", sa.String(150), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("post_processing", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_classifier_versions"),
        sa.ForeignKeyConstraint(
            ["classifier_id"],
            ["classifiers.id"],
            name="fk_classifier_versions_classifier_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["networks.id"], name="fk_classifier_versions_network_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("classifier_id", "number", name="uq_classifier_versions_classifier_id"),
        sa.UniqueConstraint("public_id", name="uq_classifier_versions_public_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_classifier_versions_network_id", "classifier_versions", ["network_id"])
