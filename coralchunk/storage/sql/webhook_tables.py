"""Define the tables of webhooks and their deliveries; a change needs a step in migrations/."""

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from coralchunk.storage.sql.metadata import METADATA

WEBHOOKS: Final = Table(
    "webhooks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("owner", String(50), nullable=False, index=True),  # of the jobs that it is told of
    Column("url", String(2000), nullable=False),  # https, http or mailto
    Column("events", String(200), nullable=False),  # separated by spaces
    Column("secret", String(100), nullable=False),  # signs deliveries; shown once
    Column("created_at", Double, nullable=False),
    Column("disabled_at", Double),  # by an answer 410
    sqlite_autoincrement=True,
)
WEBHOOK_DELIVERIES: Final = Table(
    "webhook_deliveries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("webhook_id", ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("type", String(50), nullable=False),
    Column("body", Text, nullable=False),  # a CloudEvent, JSON
    Column("created_at", Double, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Double),  # of the next attempt; none: delivered or given up
    Column("delivered_at", Double),
    Column("answer", String(300)),  # to the last attempt
    UniqueConstraint("webhook_id", "event_id"),
    Index("ix_webhook_deliveries_next_at", "next_at"),
    sqlite_autoincrement=True,
)
