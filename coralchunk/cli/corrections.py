"""Implement `coralchunk corrections`: export corrections for training, or collect them as labelled images."""

import time
from pathlib import Path

import click

from coralchunk.config import Settings
from coralchunk.errors.access import UnknownUser
from coralchunk.services import open_services
from coralchunk.storage.migrate import migrate
from coralchunk.storage.rows.users import find_user
from coralchunk.surveys.labelled_export import TABLE, export


@click.group()
def corrections() -> None:
    """Export corrections, or collect them as labelled images."""


@corrections.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def export_corrections(settings: Settings, folder: Path) -> None:
    """Write all corrections to FOLDER, in the form that `make train` and `coralchunk evaluate` read."""
    services = open_services(settings, redis_timeout_s=5)
    migrate(services.accounts.database)
    count = export(services.corrections, folder)
    click.echo(f"{count} corrections written to {folder / TABLE}")


@corrections.command("collect")
@click.argument("user")
@click.pass_obj
def collect_corrections(settings: Settings, user: str) -> None:
    """Add the corrections of USER to their collection "Corrections", which can be trained like any task.

    Corrections made without a token are added too, unless the V1 API asks for tokens.
    """
    services = open_services(settings, redis_timeout_s=5)
    database = services.accounts.database
    migrate(database)
    with database.reading() as connection:
        found = find_user(connection, user)
    if found is None:
        raise UnknownUser(user)
    collection, count = services.collected.collect(
        found.id, time.time(), with_unowned=not settings.v1_require_token
    )
    click.echo(f"{count} corrections in the collection {collection.name!r}, {collection.public_id}")
