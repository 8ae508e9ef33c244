"""coralchunk COMMAND: the one entry point."""

import os
import sys
from typing import Any

import click
from typing_extensions import override

from coralchunk import __version__
from coralchunk.cli.accounts import token, user
from coralchunk.cli.classify import classify
from coralchunk.cli.doctor import doctor
from coralchunk.cli.evaluate import evaluate
from coralchunk.cli.jobs import jobs
from coralchunk.cli.models import models
from coralchunk.config import Settings
from coralchunk.errors import CoralchunkError
from coralchunk.logs import set_up
from coralchunk.supervisor.serve import Server


class _Group(click.Group):
    """Tells a user's mistake in one line; a traceback is for bugs."""

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CoralchunkError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group)
@click.version_option(__version__)
@click.pass_context
def main(context: click.Context) -> None:
    """Map coral bleaching in reef photos, chunk by chunk."""
    settings = Settings.from_environment(os.environ)  # noqa: TID251 - an entry point
    set_up(settings.log_level)
    context.obj = settings


@main.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Start Redis, web and workers, and watch over them until Ctrl-C."""
    Server(settings, os.environ).run()  # noqa: TID251 - an entry point


@main.command()
@click.argument("name")
def worker(name: str) -> None:
    """Start one more worker, NAME, for the Redis and the storage that the settings name."""
    # The worker's code lies above this package; it is started, not imported.
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jobs", name])  # noqa: S606


for command in (classify, doctor, evaluate, jobs, models, token, user):
    main.add_command(command)
