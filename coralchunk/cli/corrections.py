"""Implement `coralchunk corrections`: export corrections for training."""

from pathlib import Path

import click

from coralchunk.config import Settings
from coralchunk.services import open_services
from coralchunk.storage.migrate import migrate
from coralchunk.surveys.labelled_export import TABLE, export


@click.group()
def corrections() -> None:
    """Export corrections."""


@corrections.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def export_corrections(settings: Settings, folder: Path) -> None:
    """Write all corrections to FOLDER, in the form that `make train` and `coralchunk evaluate` read."""
    services = open_services(settings, redis_timeout_s=5)
    migrate(services.accounts.database)
    count = export(services.corrections, folder)
    click.echo(f"{count} corrections written to {folder / TABLE}")
