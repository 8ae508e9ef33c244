"""Compare this checkout with an earlier one, turn by turn: python -m bench.before FOLDER [--only SECTION]...

FOLDER is a checkout with an environment of its own in .venv (`make bench-before` creates it). Both servers
run in the same minutes on the same photos, so their ratio holds where the speed of the machine does not. Each
uses the model of its own commit.
"""

import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from bench.client import Phone
from bench.crowd import Crowd
from bench.figures import Findings
from bench.load import loads
from bench.machine import described
from bench.photos import upload
from bench.processes import cpu_s, resident_mb, shared_once_mb, watched
from bench.server import Stopwatch, serving
from bench.share import model_s
from bench.table import keep, show

BEFORE, NOW = "before", "now"
_WIDTH: Final = 120
_RESULTS: Final = Path(__file__).resolve().parent / "results"
_MIX: Final = (12.0, 1.0, 5.0, 12.0, 1.0, 24.0)
_CLIENTS: Final = 8
_SETTLE_S: Final = 2.0
_TURN_S: Final = 10.0
_IDLE: Final = ((1.0, 3), (12.0, 1))  # megapixels, and how often in a turn
_HUGE_MP: Final = 100.0

Pythons = dict[str, str]  # side -> interpreter


def load(pythons: Pythons, turns: int, findings: Findings) -> None:
    """Compare throughput under a mixed load, and the CPU time of a chunk outside the model."""
    photos = [upload(megapixels) for megapixels in _MIX]
    crowds: dict[str, list[Crowd]] = {BEFORE: [], NOW: []}
    outside: dict[str, list[float]] = {BEFORE: [], NOW: []}
    inside: dict[str, list[float]] = {BEFORE: [], NOW: []}
    with ExitStack() as running:
        sides = {name: running.enter_context(serving(python=python)) for name, python in pythons.items()}
        for _ in range(turns):
            for name, served in sides.items():
                phone = Phone(served.port)
                before = model_s(phone)
                result = loads(served, _CLIENTS, photos, _SETTLE_S, _TURN_S)
                model_ms = 1e3 * (model_s(phone) - before) / max(1, result.chunks)
                phone.close()
                crowds[name].append(result)
                inside[name].append(model_ms)
                outside[name].append(result.cpu_ms_per_chunk - model_ms)
                findings.wrong += [f"{name}, load: {error}" for error in result.errors]
    rates = {name: [one.photos_per_min for one in found] for name, found in crowds.items()}
    chunks = {name: [one.chunks / one.cpu_s for one in found] for name, found in crowds.items()}
    _pair(findings, "load", "photos a minute", "1/min", rates)
    _pair(findings, "load", "chunks of a second of CPU time", "1/s", chunks)
    _pair(findings, "load", "CPU time of a chunk inside the model", "ms", inside)
    _pair(findings, "load", "CPU time of a chunk outside the model", "ms", outside)


def idle(pythons: Pythons, turns: int, findings: Findings) -> None:
    """Compare one photo at a time on idle servers."""
    with ExitStack() as running:
        sides = {name: running.enter_context(serving(python=python)) for name, python in pythons.items()}
        phones = {name: Phone(served.port) for name, served in sides.items()}
        for megapixels, times in _IDLE:
            photo = upload(megapixels)
            total: dict[str, list[float]] = {BEFORE: [], NOW: []}
            cpu: dict[str, list[float]] = {BEFORE: [], NOW: []}
            for phone in phones.values():
                phone.classify(photo)
            for turn in range(turns * times):
                for name, phone in phones.items():
                    began = cpu_s(sides[name].pid)
                    total[name].append(1e3 * phone.classify(photo, turn + 1, every_s=0.005).total_s)
                    cpu[name].append(1e3 * (cpu_s(sides[name].pid) - began))
            section = f"idle, {megapixels:g} MP"
            _pair(findings, section, "POST to completed", "ms", total)
            _pair(findings, section, "CPU time of all processes", "ms", cpu)
        for phone in phones.values():
            phone.close()


def memory(pythons: Pythons, turns: int, findings: Findings) -> None:
    """Compare the memory of all processes: of a new server, and its peak for a huge photo."""
    kinds = ("new server", "new server, shared pages counted once", f"peak at {_HUGE_MP:g} MP")
    found: dict[str, dict[str, list[float]]] = {kind: {BEFORE: [], NOW: []} for kind in kinds}
    for _ in range(max(1, turns // 3)):
        for name, python in pythons.items():
            with serving(python=python) as served:
                found[kinds[0]][name].append(sum(resident_mb(served.pid).values()))
                found[kinds[1]][name].append(shared_once_mb(served.pid))
                phone = Phone(served.port)
                with watched(served.pid) as peaks:
                    phone.classify(upload(_HUGE_MP), every_s=0.25)
                phone.close()
                found[kinds[2]][name].append(peaks.together)
    for kind, values in found.items():
        _pair(findings, "memory of all processes", kind, "MB", values)


def start(pythons: Pythons, turns: int, findings: Findings) -> None:
    """Compare how long a server with a data folder takes to its first answer, and to its first photo."""
    page: dict[str, list[float]] = {BEFORE: [], NOW: []}
    ready: dict[str, list[float]] = {BEFORE: [], NOW: []}
    with ExitStack() as folders:
        watches = {name: folders.enter_context(Stopwatch.folder(python)) for name, python in pythons.items()}
        for watch in watches.values():
            watch.start()  # the first start creates what later ones find
        for _ in range(turns):
            for name, watch in watches.items():
                answered_s, ready_s = watch.start()
                page[name].append(answered_s)
                ready[name].append(ready_s)
    _pair(findings, "second start", "to the first answer", "s", page)
    _pair(findings, "second start", "until photos are classified", "s", ready)


SECTIONS: Final[dict[str, Callable[[Pythons, int, Findings], None]]] = {
    "load": load,
    "idle": idle,
    "memory": memory,
    "start": start,
}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--turns", default=5, show_default=True, help="Turns of each side.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(SECTIONS)), help="Measure only this; repeatable."
)
def main(folder: Path, turns: int, only: tuple[str, ...]) -> None:
    """Compare this checkout with the one in FOLDER."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    machine, findings = described(), Findings()
    findings.remarks.append(f"Load of the machine before: {machine['machine']['load_before']}.")
    pythons = {BEFORE: str((folder / ".venv/bin/python").absolute()), NOW: sys.executable}
    path = _RESULTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}-before.json"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what we started is ended on the way out
    for name in only or SECTIONS:
        SECTIONS[name](pythons, turns, findings)
        keep(findings, machine, path)
    show(findings, machine, console)
    console.print(f"Kept in {path}")
    sys.exit(1 if findings.wrong else 0)


def _pair(findings: Findings, section: str, what: str, unit: str, found: dict[str, list[float]]) -> None:
    for name, values in found.items():
        findings.add(section, f"{what}, {name}", unit, values)
    ratios = [now / before for before, now in zip(found[BEFORE], found[NOW], strict=True) if before]
    if ratios:
        findings.add(section, f"{what}, {NOW} / {BEFORE}", "x", ratios)


if __name__ == "__main__":
    main()
