"""Compare with LitServe under the same load, with the same photos."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from bench.client import Done, Phone, probabilities
from bench.crowd import Crowd, Send, crowd
from bench.figures import Goal
from bench.kit import Kit
from bench.load import loaded, report
from bench.photos import Upload
from bench.server import clean_environment, free_port, started, wait_ready

_ABSENT: Final = "LitServe is not installed, so it is not compared; pip install -e '.[bench]' adds it."
_TARGET: Final = 3.0


def litserve(kit: Kit) -> None:
    """Load ours, LitServe as it is installed and LitServe tuned, turn by turn; note how they compare."""
    if find_spec("litserve") is None:
        kit.findings.remarks.append(_ABSENT)
        return
    scale = kit.scale
    ours: list[Crowd] = []
    theirs: dict[str, list[Crowd]] = {name: [] for name, _, _ in scale.litserve}
    with ExitStack() as running:
        loads = {
            name: running.enter_context(_serving(scale.clients, workers, threads))
            for name, workers, threads in scale.litserve
        }
        for _ in range(scale.turns):
            ours.append(loaded(kit, scale.turn_settle_s, scale.turn_s))
            for name, (sends, pid) in loads.items():
                photos = kit.photos(scale.mix)
                theirs[name].append(crowd(sends, photos, scale.turn_settle_s, scale.turn_s, pid))
    report(kit, "coralchunk in turn with LitServe", ours)
    for name, crowds in theirs.items():
        _compare(kit, f"LitServe {name}", ours, crowds)


def _compare(kit: Kit, section: str, ours: list[Crowd], theirs: list[Crowd]) -> None:
    report(kit, section, theirs)
    pairs = list(zip(ours, theirs, strict=True))
    costs = [its.cpu_ms_per_chunk / mine.cpu_ms_per_chunk for mine, its in pairs]
    kit.findings.add(section, "CPU time of a chunk: LitServe / coralchunk", "x", costs)
    rates = [mine.photos_per_min / its.photos_per_min for mine, its in pairs if its.photos_per_min]
    if rates:
        ratio = kit.findings.add(section, "photos a minute: coralchunk / LitServe", "x", rates)
        kit.findings.aim(ratio, Goal.AT_LEAST, _TARGET)


@contextmanager
def _serving(clients: int, workers: int, threads: int) -> Iterator[tuple[list[Send], int]]:
    """Run LitServe meanwhile. Yields its clients and its process id."""
    port = free_port()
    command = [sys.executable, "-m", "bench.litserve_server", str(port), str(workers), str(threads)]
    phones = [Phone(port) for _ in range(clients)]
    with tempfile.TemporaryDirectory(prefix="coralchunk-bench-") as folder:
        log = Path(folder) / "log"
        with started(command, clean_environment(), log) as process:
            wait_ready(process, phones[0], "/health", log)
            yield [partial(_send, phone) for phone in phones], process.pid
            for phone in phones:
                phone.close()


def _send(phone: Phone, photo: Upload, number: int) -> Done:
    began = time.perf_counter()
    content = phone.upload("/predict", photo, number)
    total_s = time.perf_counter() - began
    found = probabilities(json.loads(content)["chunks"])
    return Done(photo.chunks, total_s, 0.0, total_s, 0.0, time.monotonic(), found, len(content))
