"""Implement `coralchunk audit`."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click

from coralchunk.config import Settings
from coralchunk.storage.migrate import migrate
from coralchunk.storage.rows.audit_events import all_events
from coralchunk.storage.sql.database import open_database


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="First day or time (UTC). Default: everything.",
)
@click.pass_obj
def audit(settings: Settings, since: datetime | None) -> None:
    """Print who did what to surveys, users and tokens as JSON lines, oldest first."""
    database = open_database(settings.database_url, settings.data_dir)
    click.get_current_context().call_on_close(database.close)
    migrate(database)
    start = 0.0 if since is None else since.replace(tzinfo=UTC).timestamp()
    with database.reading() as connection:
        for event in all_events(connection, start):
            when = datetime.fromtimestamp(event.at, UTC).isoformat(timespec="milliseconds")
            click.echo(json.dumps(asdict(event) | {"at": when}))
