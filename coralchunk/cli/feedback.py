"""Implement `coralchunk feedback`: list what users have sent to the operator."""

from datetime import UTC, datetime

import click

from coralchunk.config import Settings
from coralchunk.storage.rows.classifications import all_feedback
from coralchunk.storage.sql.database import open_database


@click.command()
@click.pass_obj
def feedback(settings: Settings) -> None:
    """List what users have sent to the operator, oldest first."""
    database = open_database(settings.database_url, settings.data_dir)
    with database.reading() as connection:
        for one in all_feedback(connection):
            sent_at = datetime.fromtimestamp(one.created_at, UTC).isoformat(timespec="seconds")
            click.echo(f"{sent_at}  {one.user_name}: {one.message}")
    database.close()
