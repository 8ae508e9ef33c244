"""Implement `coralchunk webhook`."""

import sys
import time
from datetime import UTC, datetime
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from coralchunk.accounts import Accounts
from coralchunk.config import Settings
from coralchunk.errors.access import UnknownToken
from coralchunk.identity import Identity
from coralchunk.storage.migrate import migrate
from coralchunk.storage.sql.database import open_database
from coralchunk.webhooks.events import EventType
from coralchunk.webhooks.service import Webhooks

_PIPE_COLUMNS: Final = 250


@click.group()
def webhook() -> None:
    """Add, list and delete webhooks, and look at their deliveries."""


@webhook.command()
@click.argument("token_id", metavar="TOKEN", type=int)
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice([event.value for event in EventType]),
    help="What it is told; repeat it for more. Default: everything.",
)
@click.pass_obj
def add(settings: Settings, token_id: int, url: str, events: tuple[str, ...]) -> None:
    """Tell URL of the photos that are sent with the token of this number; prints the secret once."""
    hooks, now = _webhooks(settings), time.time()
    known = [one for one in Accounts(hooks.database).tokens() if one.id == token_id and one.is_valid(now)]
    if not known:
        raise UnknownToken(token_id)
    identity = Identity(token_id, known[0].user_id, known[0].user_name, frozenset(known[0].scopes))
    added = hooks.add(identity, url, [EventType(event) for event in events], now)
    click.echo(added.secret)
    click.echo(f"Webhook {added.id} is added. Store its secret now: it cannot be shown again.", err=True)


@webhook.command("list")
@click.pass_obj
def list_webhooks(settings: Settings) -> None:
    """List all webhooks."""
    table = Table("webhook", "token", "address", "events", "created", "disabled")
    for one in _webhooks(settings).listed(None):
        times = (_when(one.created_at), _when(one.disabled_at))
        table.add_row(str(one.id), one.owner.removeprefix("token-"), one.url, "\n".join(one.events), *times)
    _print(table)


@webhook.command()
@click.argument("webhook_id", metavar="NUMBER", type=int)
@click.pass_obj
def deliveries(settings: Settings, webhook_id: int) -> None:
    """List the newest deliveries of the webhook of this NUMBER."""
    table = Table("delivery", "event", "created", "attempts", "delivered", "next attempt", "last answer")
    for one in _webhooks(settings).deliveries(webhook_id, None):
        times = (_when(one.delivered_at), _when(one.next_at))
        created = _when(one.created_at)
        table.add_row(str(one.id), one.type, created, str(one.attempts), *times, one.answer or "")
    _print(table)


@webhook.command()
@click.argument("webhook_id", metavar="NUMBER", type=int)
@click.argument("delivery_id", metavar="DELIVERY", type=int)
@click.pass_obj
def replay(settings: Settings, webhook_id: int, delivery_id: int) -> None:
    """Send a DELIVERY of the webhook of this NUMBER again."""
    _webhooks(settings).replay(webhook_id, delivery_id, None, time.time())
    click.echo(f"Delivery {delivery_id} is due now.")


@webhook.command()
@click.argument("webhook_id", metavar="NUMBER", type=int)
@click.pass_obj
def delete(settings: Settings, webhook_id: int) -> None:
    """Delete the webhook of this NUMBER with its log."""
    _webhooks(settings).delete(webhook_id, None)
    click.echo(f"Webhook {webhook_id} is deleted.")


def _webhooks(settings: Settings) -> Webhooks:
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(settings.database_url, settings.data_dir)
    click.get_current_context().call_on_close(database.close)
    migrate(database)
    return Webhooks(database, settings)


def _print(table: Table) -> None:
    # Scripts get each row in one line.
    Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS).print(table)


def _when(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="minutes")
