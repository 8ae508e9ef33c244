"""Define the command `coralchunk` and name its subcommands."""

import errno
import os
import pkgutil
from typing import Any, Final, cast

import click
from typing_extensions import override

from coralchunk import __version__
from coralchunk.config import Settings
from coralchunk.errors import CoralchunkError
from coralchunk.logs import set_up
from coralchunk.processes import preload

# Imported by name when needed: together they take a second to load, and `serve` should start fast.
_COMMANDS: Final = {
    "audit": "coralchunk.cli.audit:audit",
    "backup": "coralchunk.cli.backup:backup",
    "classify": "coralchunk.cli.classify:classify",
    "corrections": "coralchunk.cli.corrections:corrections",
    "doctor": "coralchunk.cli.doctor:doctor",
    "feedback": "coralchunk.cli.feedback:feedback",
    "evaluate": "coralchunk.cli.evaluate:evaluate",
    "jobs": "coralchunk.cli.jobs:jobs",
    "label": "coralchunk.cli.label:label",
    "migrate": "coralchunk.cli.roles:migrate",
    "models": "coralchunk.cli.models:models",
    "restore": "coralchunk.cli.backup:restore",
    "serve": "coralchunk.cli.serve:serve",
    "sweep": "coralchunk.cli.roles:sweep",
    "token": "coralchunk.cli.accounts:token",
    "user": "coralchunk.cli.accounts:user",
    "web": "coralchunk.cli.roles:web",
    "webhook": "coralchunk.cli.webhooks:webhook",
    "worker": "coralchunk.cli.roles:worker",
}


_SAID: Final = frozenset({errno.EACCES, errno.EDQUOT, errno.EFBIG, errno.ENOSPC, errno.EROFS})


class _Group(click.Group):
    """Load commands by name, and report user errors in one line; only bugs show a traceback."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        preload(place.partition(":")[0])
        return cast(click.Command, pkgutil.resolve_name(place))

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CoralchunkError as error:
            raise click.ClickException(str(error)) from error
        except OSError as failure:
            if failure.errno not in _SAID:
                raise
            place = failure.filename or "A file"
            if failure.errno == errno.EACCES:
                remedy = "Run the command as the user who owns it."
                raise click.ClickException(
                    f"{place} may not be opened: {failure.strerror}. {remedy}"
                ) from failure
            raise click.ClickException(f"{place} cannot be written: {failure.strerror}.") from failure


@click.group(cls=_Group)
@click.version_option(__version__)
@click.pass_context
def commands(context: click.Context) -> None:
    """Map coral bleaching in reef photos, chunk by chunk."""
    settings = Settings.from_environment(os.environ)  # noqa: TID251 - an entry point
    set_up(settings.log_level)
    context.obj = settings
