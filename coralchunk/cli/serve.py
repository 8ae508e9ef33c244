"""Implement `coralchunk serve`. Loads little, because web processes are started first."""

import os

import click

from coralchunk.config import Settings
from coralchunk.supervisor.serve import Server


@click.command()
@click.option(
    "--tls",
    "has_tls",
    is_flag=True,
    help="Serve https with a certificate authority of this server, for phones in a local network.",
)
@click.pass_obj
def serve(settings: Settings, has_tls: bool) -> None:  # noqa: FBT001 - an option of the command
    """Start Redis, web processes and workers, and supervise them until Ctrl-C."""
    Server(settings, os.environ, has_tls=has_tls).run()  # noqa: TID251 - an entry point
