"""Add the members of surveys, and the audit log, whose rows cannot be changed or removed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_SQLITE = (
    "CREATE TRIGGER audit_events_keep_{name} BEFORE {event} ON audit_events"
    " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
)
_FUNCTION = (
    "CREATE FUNCTION audit_events_keep() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
)
_POSTGRESQL = (
    "CREATE TRIGGER audit_events_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_events_keep()"
)


def upgrade() -> None:
    """Create the tables and the triggers."""
    op.create_table(
        "survey_members",
        sa.Column(
            "survey_id",
            sa.BigInteger,
            sa.ForeignKey("surveys.id", name="fk_survey_members_survey_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "user_id",
            sa.Integer,
            sa.ForeignKey("users.id", name="fk_survey_members_user_id", ondelete="CASCADE"),
            primary_key=True,
            index=True,
        ),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("added_at", sa.Double, nullable=False),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=True, index=True),
        sa.Column("user_name", sa.String(150), nullable=True),
        sa.Column("token_id", sa.Integer, nullable=True),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("survey_id", sa.BigInteger, nullable=True, index=True),
        sa.Column("owner_id", sa.Integer, nullable=True, index=True),
        sa.Column("target", sa.String(200), nullable=False),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(_POSTGRESQL)
    else:
        op.execute(_SQLITE.format(name="rows", event="DELETE"))
        op.execute(_SQLITE.format(name="values", event="UPDATE"))
