"""Implement the roles of a server on several machines: web, worker, sweep and migrate."""

import os
import secrets
import socket
import sys

import click

from coralchunk.config import Settings
from coralchunk.supervisor.database import prepare_database
from coralchunk.supervisor.roles import check_shared, run_sweep, run_web


@click.command()
@click.pass_obj
def web(settings: Settings) -> None:
    """Run only web processes; workers and the sweeper run elsewhere, with the same Redis."""
    run_web(settings, os.environ)  # noqa: TID251 - an entry point


@click.command()
@click.pass_obj
def sweep(settings: Settings) -> None:
    """Remove expired jobs and recover the work of dead machines; of several sweepers, one is active."""
    run_sweep(settings)


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Migrate the database, which `coralchunk web` waits for. Several may run at once."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    click.echo(f"{prepare_database(settings)} is up to date.")


@click.command()
@click.argument("name", required=False)
@click.pass_obj
def worker(settings: Settings, name: str | None) -> None:
    """Start one worker for the Redis and the storage that the settings name.

    NAME must be of no other living worker; by default it is made of the host's name and a random number.
    """
    check_shared(settings)
    name = name or f"{socket.gethostname()}.{secrets.token_hex(4)}"
    # The worker's code is in a package above this one, so it is started, not imported.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jobs", name])  # noqa: S606
