"""python -m bench [--smoke] [--only SECTION]...: measure, print one table, keep it as JSON.

Ends with 1 if an answer was wrong, never because of time.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from bench.answers import posts, statuses
from bench.crowd import Crowd
from bench.fairness import fairness
from bench.figures import Findings
from bench.floor import floor
from bench.idle import idle
from bench.kit import FULL, SMOKE, Kit
from bench.litserve import litserve
from bench.load import load
from bench.machine import described
from bench.memory import memory
from bench.plain import plain
from bench.scaling import scaling
from bench.server import serving
from bench.table import keep, show

_WIDTH: Final = 120  # of the table where there is no terminal
_RESULTS: Final = Path(__file__).resolve().parent / "results"
_ALONE: Final[dict[str, Callable[[Kit], None]]] = {
    "idle": idle,
    "fairness": fairness,
    "posts": posts,
    "statuses": statuses,
    "memory": memory,
    "scaling": scaling,
}
# These are compared with our own load of the same minutes, so it is measured with them.
_BESIDE_LOAD: Final[dict[str, Callable[[Kit, Crowd], None]]] = {"litserve": litserve, "plain": plain}
SECTIONS: Final = ("load", *_BESIDE_LOAD, *_ALONE)
_SMOKE: Final = ("load", *_BESIDE_LOAD, "idle")  # where answers can be compared


@click.command()
@click.option("--smoke", is_flag=True, help="Small photos, few rounds: are the answers right? For CI.")
@click.option("--only", multiple=True, type=click.Choice(SECTIONS), help="Measure only this; repeatable.")
def main(*, smoke: bool, only: tuple[str, ...]) -> None:
    """Measure this server beside the bare model and beside what else one could use."""
    chosen = only or (_SMOKE if smoke else SECTIONS)
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    machine, findings = described(), Findings()
    with floor() as processes, serving() as served:
        kit = Kit(SMOKE if smoke else FULL, served, processes, findings)
        with console.status("starting") as progress:
            for name, measure in _ALONE.items():
                if name in chosen:
                    progress.update(f"measuring: {name}")
                    measure(kit)
            beside = [name for name in _BESIDE_LOAD if name in chosen]
            if beside or "load" in chosen:
                progress.update("measuring: load")
                ours = load(kit)
                for name in beside:
                    progress.update(f"measuring: {name}")
                    _BESIDE_LOAD[name](kit, ours)
    show(findings, machine, console)
    path = _RESULTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}{'-smoke' if smoke else ''}.json"
    keep(findings, machine, path)
    console.print(f"Kept in {path}")
    sys.exit(1 if findings.wrong else 0)


if __name__ == "__main__":
    main()
