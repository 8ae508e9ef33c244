"""coralchunk backup, coralchunk restore: copy all that a server stores, and restore it elsewhere."""

import os
from pathlib import Path
from typing import IO

import click

from coralchunk.config import Settings
from coralchunk.supervisor.backup import back_up
from coralchunk.supervisor.backup import restore as restore_backup


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(settings: Settings, file: Path) -> None:
    """Write jobs, results, users, surveys, images and models to FILE (tar), while the server runs."""
    if not file.parent.is_dir():
        raise click.ClickException(f"There is no folder {file.parent}.")
    half = file.with_name(f"{file.name}.part")
    try:
        with half.open("xb") as target:
            count = back_up(settings, target)
            target.flush()
            os.fsync(target.fileno())
        half.replace(file)
    except FileExistsError:
        raise click.ClickException(
            f"{half} exists: another backup is in progress, or was killed. If none is in progress, remove it."
        ) from None
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    click.echo(f"{file}: {count} objects, {file.stat().st_size / 1e6:.1f} MB")


@click.command()
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def restore(settings: Settings, file: IO[bytes]) -> None:
    """Restore the backup FILE into an empty data folder; then start the server."""
    count = restore_backup(settings, file)
    click.echo(f"Restored {count} objects into {settings.data_dir}. Start the server: coralchunk serve")
