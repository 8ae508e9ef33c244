"""Read and write webhooks and their deliveries as rows."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.sql.webhook_tables import WEBHOOK_DELIVERIES, WEBHOOKS


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of events."""

    id: int
    user_id: int
    owner: str  # of the jobs that it is told of
    url: str
    events: tuple[str, ...]
    secret: str
    created_at: float  # Unix seconds
    disabled_at: float | None = None  # Unix seconds


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook."""

    id: int
    webhook_id: int
    event_id: str
    type: str
    body: str  # JSON
    created_at: float  # Unix seconds
    attempts: int
    next_at: float | None  # Unix seconds; None: delivered or given up
    delivered_at: float | None = None  # Unix seconds
    answer: str | None = None  # to the last attempt


_HOOK: Final = [WEBHOOKS.c[field.name] for field in fields(Webhook)]
_DELIVERY: Final = [WEBHOOK_DELIVERIES.c[field.name] for field in fields(Delivery)]


def add_webhook(connection: Connection, webhook: Webhook) -> int:
    """Add a webhook; its id is ignored. Returns its id."""
    values = asdict(webhook) | {"events": " ".join(webhook.events)}
    del values["id"]
    return int(connection.execute(insert(WEBHOOKS).values(values).returning(WEBHOOKS.c.id)).scalar_one())


def webhooks_of(connection: Connection, owner: str | None) -> list[Webhook]:
    """Return the webhooks of an owner, or all for None, oldest first."""
    chosen = select(*_HOOK).order_by(WEBHOOKS.c.id)
    if owner is not None:
        chosen = chosen.where(WEBHOOKS.c.owner == owner)
    rows = [row._asdict() for row in connection.execute(chosen)]
    return [Webhook(**row | {"events": tuple(row["events"].split(" "))}) for row in rows]


def delete_webhook(connection: Connection, webhook_id: int) -> bool:
    """Remove a webhook with its deliveries. Returns False if there is none of this id."""
    return connection.execute(delete(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id)).rowcount == 1


def disable_webhook(connection: Connection, webhook_id: int, now: float) -> None:
    """Tell a webhook nothing more."""
    connection.execute(update(WEBHOOKS).where(WEBHOOKS.c.id == webhook_id).values(disabled_at=now))


def add_delivery(connection: Connection, delivery: Delivery) -> bool:
    """Add a delivery; its id is ignored. Returns False if the webhook has one of this event."""
    values = asdict(delivery)
    del values["id"]
    try:
        with connection.begin_nested():
            connection.execute(insert(WEBHOOK_DELIVERIES).values(values))
    except IntegrityError:
        return False
    return True


def deliveries_of(connection: Connection, webhook_id: int, most: int) -> list[Delivery]:
    """Return the newest deliveries of a webhook, newest first."""
    chosen = select(*_DELIVERY).where(WEBHOOK_DELIVERIES.c.webhook_id == webhook_id)
    rows = connection.execute(chosen.order_by(WEBHOOK_DELIVERIES.c.id.desc()).limit(most))
    return [Delivery(**row._asdict()) for row in rows]


def is_any_due(connection: Connection, now: float) -> bool:
    """Tell whether `take_due` would return a delivery. `now` in Unix seconds."""
    return connection.execute(_due(now).limit(1)).first() is not None


def take_due(connection: Connection, now: float, until: float, most: int) -> list[Delivery]:
    """Return the deliveries that are due, and postpone them, so that no other process sends them as well.

    now    Unix seconds
    until  Unix seconds; then they are due again, unless `end_attempt` was called
    """
    rows = connection.execute(_due(now).order_by(WEBHOOK_DELIVERIES.c.next_at).limit(most)).all()
    found = [Delivery(**row._asdict()) for row in rows]
    taken = update(WEBHOOK_DELIVERIES).where(WEBHOOK_DELIVERIES.c.id.in_([one.id for one in found]))
    connection.execute(taken.values(next_at=until, attempts=WEBHOOK_DELIVERIES.c.attempts + 1))
    return found


def _due(now: float) -> Select[Any]:
    joined = select(*_DELIVERY).join(WEBHOOKS, WEBHOOKS.c.id == WEBHOOK_DELIVERIES.c.webhook_id)
    return joined.where(WEBHOOK_DELIVERIES.c.next_at <= now, WEBHOOKS.c.disabled_at.is_(None))


def end_attempt(
    connection: Connection,
    delivery_id: int,
    answer: str,
    next_at: float | None,
    delivered_at: float | None,
) -> None:
    """Note how an attempt went."""
    values = {"answer": answer, "next_at": next_at, "delivered_at": delivered_at}
    connection.execute(
        update(WEBHOOK_DELIVERIES).where(WEBHOOK_DELIVERIES.c.id == delivery_id).values(values)
    )


def replay(connection: Connection, webhook_id: int, delivery_id: int, now: float) -> bool:
    """Make a delivery due again, from its first attempt on. Returns False if there is none of this id."""
    is_it = (WEBHOOK_DELIVERIES.c.id == delivery_id) & (WEBHOOK_DELIVERIES.c.webhook_id == webhook_id)
    values = {"next_at": now, "attempts": 0, "delivered_at": None}
    return connection.execute(update(WEBHOOK_DELIVERIES).where(is_it).values(values)).rowcount == 1


def delete_deliveries_before(connection: Connection, created_at: float) -> None:
    """Remove old deliveries."""
    connection.execute(delete(WEBHOOK_DELIVERIES).where(WEBHOOK_DELIVERIES.c.created_at < created_at))


def count_webhooks(connection: Connection, owner: str) -> int:
    """Return how many webhooks an owner has."""
    counted = select(func.count()).where(WEBHOOKS.c.owner == owner)
    return int(connection.execute(counted).scalar_one())
