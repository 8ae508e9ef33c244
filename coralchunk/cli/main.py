"""Run the command `coralchunk`."""

import gc
import pkgutil
from collections.abc import Sequence

from coralchunk.processes import UNUSED, hidden


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name; those of this process if None."""
    gc.disable()  # until its code is loaded, see preload
    with hidden(*UNUSED):
        commands = pkgutil.resolve_name("coralchunk.cli.commands:commands")
    commands(arguments)
