"""Run the benchmark, print one table and store it as JSON: python -m bench [--smoke] [--only SECTION]...

Ends with 1 if an answer was wrong, never because of time.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
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
from bench.learning import learning
from bench.litserve import litserve
from bench.load import load
from bench.machine import described
from bench.memory import memory
from bench.plain import plain
from bench.scaling import scaling
from bench.server import serving
from bench.table import keep, show

_BUSY: Final = 0.5  # load of the machine from which seconds are not to be quoted
_WIDTH: Final = 120  # of the table without a terminal
_RESULTS: Final = Path(__file__).resolve().parent / "results"
_ALONE: Final[dict[str, Callable[[Kit], None]]] = {
    "idle": idle,
    "fairness": fairness,
    "posts": posts,
    "statuses": statuses,
    "memory": memory,
    "scaling": scaling,
    "litserve": litserve,
    "learning": learning,
}
# What is compared with our own load of the same minutes, so that is measured with it.
_BESIDE_LOAD: Final[dict[str, Callable[[Kit, Crowd], None]]] = {"plain": plain}
SECTIONS: Final = ("load", *_BESIDE_LOAD, *_ALONE)
_SMOKE: Final = ("load", "litserve", "plain", "idle")  # where answers can be compared


@click.command()
@click.option("--smoke", is_flag=True, help="Small photos, few rounds: are the answers right? For CI.")
@click.option("--only", multiple=True, type=click.Choice(SECTIONS), help="Measure only this; repeatable.")
def main(*, smoke: bool, only: tuple[str, ...]) -> None:
    """Measure this server, the bare model and alternatives."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    machine, findings = described(), Findings()
    before = machine["machine"]["load_before"]
    if before > _BUSY:
        findings.remarks.append(
            f"Busy before it began (load {before}): trust ratios of CPU time, not seconds."
        )
    path = _RESULTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}{'-smoke' if smoke else ''}.json"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what we started is ended on the way out
    with floor() as processes, serving() as served, console.status("starting") as progress:
        kit = Kit(SMOKE if smoke else FULL, served, processes, findings)
        for name, measure in _steps(kit, set(only or (_SMOKE if smoke else SECTIONS))):
            progress.update(f"measuring: {name}")
            measure()
            keep(findings, machine, path)  # after each, so that an early end loses little
    show(findings, machine, console)
    console.print(f"Kept in {path}")
    sys.exit(1 if findings.wrong else 0)


def _steps(kit: Kit, chosen: set[str]) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the sections to measure, in their order."""
    for name, measure in _ALONE.items():
        if name in chosen:
            yield name, partial(measure, kit)
    beside = [name for name in _BESIDE_LOAD if name in chosen]
    if not beside and "load" not in chosen:
        return
    ours: list[Crowd] = []
    yield "load", lambda: ours.append(load(kit))
    for name in beside:
        yield name, partial(_BESIDE_LOAD[name], kit, ours[0])


if __name__ == "__main__":
    main()
