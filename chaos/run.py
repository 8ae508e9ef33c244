"""Run a server with clients and random faults for some seconds, and report."""

import random
import statistics
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from chaos.clients import Ledger, Phone, photos
from chaos.collections import MIN_IMAGES, CollectionUser
from chaos.faults import Fault, Faults, cut_off, fill, seconds
from chaos.networks import NetworkLedger, NetworkUser, wrong_tasks
from chaos.proxy import Proxy
from chaos.verdict import everything_wrong
from coralchunk.supervisor.redis_server import server_binary
from tests.logs import lines
from tests.server import RunningServer, free_port

_PHONES: Final = 3
_ROOM_MB: Final = 1500
_COLLECTIONS: Final = {"RATE_LIMIT_IMAGES": "off", "TRAINING_MIN_IMAGES": str(MIN_IMAGES)}
Say = Callable[[str], None]


@dataclass
class Report:
    """What happened."""

    say: Say
    log: Path | None = None  # where the servers' logs are kept
    wrong: list[str] = field(default_factory=list)
    took_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    ledgers: list[Ledger] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Tell it."""
        for name, times in sorted(self.took_s.items()):
            if not times:  # nothing was put back in a short run
                continue
            yield (
                f"  {name:<28} {len(times):3} x   over after p50 {statistics.median(times):5.2f} s,"
                f" at most {max(times):5.2f} s"
            )
        for ledger in self.ledgers:
            answers = ", ".join(f"{count} x {what}" for what, count in sorted(ledger.answers.items()))
            yield f"  {len(ledger.jobs)} photos accepted; slowest answer {ledger.slowest_s:.1f} s"
            yield f"  uploads were answered with {answers}"
        yield from (f"  WRONG: {line}" for line in self.wrong)


def run(duration_s: float, seed: int, say: Say, log: Path | None = None) -> Report:
    """Inject three quarters of the faults into a server with its own Redis, the rest with an external one."""
    report, dice = Report(say, log), random.Random(seed)
    halt_s = min(20.0, duration_s / 12)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, small_disk(Path(folder), say) as disk:
        server = RunningServer(disk / "data", RATE_LIMIT="off", **_COLLECTIONS)
        faults: dict[str, Fault] = Faults(server, dice, halt_s).all()
        if disk != Path(folder):
            faults["disk full"] = lambda: fill(disk, server)
        _disturb(server, faults, 0.75 * duration_s, dice, report)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, _redis(Path(folder)) as port:
        proxy = Proxy(port)
        url = f"redis://127.0.0.1:{proxy.port}/0"
        server = RunningServer(Path(folder) / "data", RATE_LIMIT="off", REDIS_URL=url, **_COLLECTIONS)
        cut_s = min(10.0, duration_s / 12)
        faults = {"Redis out of reach": lambda: cut_off(proxy, server, cut_s)}
        _disturb(server, faults, 0.25 * duration_s, dice, report)
        proxy.close()
    return report


def _disturb(
    server: RunningServer, faults: dict[str, Fault], duration_s: float, dice: random.Random, report: Report
) -> None:
    ledger, ended = Ledger(), threading.Event()
    report.ledgers.append(ledger)
    try:
        server.start()
        expected = {name: server.completed(server.submit(photo)) for name, photo in photos().items()}
        base_url = f"http://127.0.0.1:{server.port}"
        phones: list[threading.Thread] = [
            Phone(base_url, ledger, ended, dice.randrange(2**32)) for _ in range(_PHONES)
        ]
        networks = NetworkLedger()
        phones.append(NetworkUser(server, networks, ended, dice.randrange(2**32)))
        trainer = CollectionUser(server, ended, dice.randrange(2**32))
        phones.append(trainer)
        for phone in phones:
            phone.start()
        storm(faults, duration_s, dice, report)
        ended.set()
        for phone in phones:
            phone.join()
        report.wrong.extend(everything_wrong(server, ledger, expected))
        report.wrong.extend(wrong_tasks(server, networks))
        report.wrong.extend(trainer.wrong(server))
        report.say(f"  {trainer.told()}")
        report.say(f"  {len(networks.tasks)} tasks of {len(networks.networks)} networks accepted")
        _stop(server, report)
    except AssertionError as failure:
        report.wrong.append(str(failure))
    finally:
        ended.set()
        server.destroy()
        if report.log is not None:
            with report.log.open("a") as kept:
                kept.write(server.log.read_text())


def _stop(server: RunningServer, report: Report) -> None:
    report.took_s["tasks put back"].extend(_put_back_after_s(server))
    if (status := server.stop()) != 0:
        report.wrong.append(f"the server ended with status {status}")
    report.wrong.extend(f"orphan: {process}" for process in server.processes())


def storm(faults: dict[str, Fault], duration_s: float, dice: random.Random, report: Report) -> None:
    """Inject one fault after another until the time is over."""
    waiting: list[str] = []
    end = time.monotonic() + duration_s
    while time.monotonic() < end:
        threading.Event().wait(0.5 + 2 * dice.random())
        # Each fault once in random order, then again.
        waiting = waiting or dice.sample(sorted(faults), len(faults))
        name = waiting.pop()
        took_s = seconds(faults[name])
        report.took_s[name].append(took_s)
        report.say(f"  {name}: over after {took_s:.2f} s")


def _put_back_after_s(server: RunningServer) -> Iterator[float]:
    """Yield the time between the end of a worker and its tasks being queued again, from the log."""
    ended_at: float | None = None
    for told in lines(server.log.read_text()):
        if told.get("event") == "ended" and told["process"].startswith("worker"):
            ended_at = _unix(told["timestamp"])
        if told.get("event") == "tasks of a dead worker put back" and ended_at is not None:
            yield _unix(told["timestamp"]) - ended_at
            ended_at = None


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


@contextmanager
def small_disk(folder: Path, say: Say) -> Iterator[Path]:
    """Mount a file system that can be filled, where this user may; else use the folder itself."""
    place = folder / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM_MB}m", "tmpfs", str(place)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        say("  no disk is filled: this user may not mount one")
        yield folder
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    """Run a Redis that is not the server's own, and yield its port."""
    port = free_port()
    options = ["--port", str(port), "--dir", str(folder), "--appendonly", "yes", "--save", ""]
    redis = subprocess.Popen([server_binary(), *options], stdout=subprocess.DEVNULL)
    try:
        yield port
    finally:
        redis.terminate()
        redis.wait()
