"""Implement `coralchunk serve` and `coralchunk worker`."""

import os
import sys

import click

from coralchunk.config import Settings
from coralchunk.supervisor.serve import Server


@click.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Start Redis, web and workers, and watch over them until Ctrl-C."""
    Server(settings, os.environ).run()  # noqa: TID251 - an entry point


@click.command()
@click.argument("name")
def worker(name: str) -> None:
    """Start one more worker, NAME, for the Redis and the storage that the settings name."""
    # The worker's code lies above this package; it is started, not imported.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jobs", name])  # noqa: S606
