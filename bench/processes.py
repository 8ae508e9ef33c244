"""Measure the CPU time and memory of a process and its descendants."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any, Final

import psutil

_PATIENCE_S: Final = 40.0
_SAMPLE_S: Final = 0.02


def cpu_s(pid: int) -> float:
    """Return the CPU time used so far, s, including that of descendants that have ended."""
    used = 0.0
    for process in _tree(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # its parent has its time once it is reaped
        used += times.user + times.system + times.children_user + times.children_system
    return used


def end(process: "Popen[Any]") -> None:
    """End a process that we started: ask, wait, then insist, and leave no descendant behind."""
    family = _tree(process.pid)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_PATIENCE_S)
        except TimeoutExpired:
            process.kill()
            process.wait()
    for orphan in family:
        try:
            orphan.kill()  # psutil checks the creation time: never another process with the same id
        except psutil.NoSuchProcess:
            continue


def resident_mb(pid: int) -> dict[str, float]:
    """Return the memory of each process now, MB, by "name pid"."""
    found: dict[str, float] = {}
    for process in _tree(pid):
        try:
            found[f"{_role(process)} {process.pid}"] = process.memory_info().rss / 1e6
        except psutil.NoSuchProcess:
            continue
    return found


def shared_once_mb(pid: int) -> float:
    """Return the memory of a process and its descendants, MB; shared pages count once (Linux)."""
    total_kb = 0
    for process in _tree(pid):
        try:
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total_kb += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total_kb * 1024 / 1e6


class Peaks:
    """The largest memory seen, MB: of each process, and of all of them at one moment."""

    def __init__(self) -> None:
        self.each: Final[dict[str, float]] = {}
        self.together = 0.0

    def see(self, now: dict[str, float]) -> None:
        """Take one look into account."""
        for name, used in now.items():
            self.each[name] = max(used, self.each.get(name, 0.0))
        self.together = max(self.together, sum(now.values()))

    def of(self, role: str) -> float:
        """Return the peak of the largest process with a role ("worker", "web", "redis")."""
        return max((used for name, used in self.each.items() if name.startswith(role)), default=0.0)


@contextmanager
def watched(pid: int) -> Iterator[Peaks]:
    """Look at the memory of a process and its descendants 50 times a second meanwhile."""
    peaks, over = Peaks(), threading.Event()

    def look() -> None:
        while not over.wait(_SAMPLE_S):
            peaks.see(resident_mb(pid))

    peaks.see(resident_mb(pid))
    thread = threading.Thread(target=look, name="memory")
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def wait_for(what: str, is_so: Callable[[], bool], deadline_s: float, every_s: float = 0.05) -> None:
    """Return once `is_so()` holds. Raises TimeoutError."""
    end_at = time.monotonic() + deadline_s
    pause = threading.Event()
    while not is_so():
        if time.monotonic() > end_at:
            raise TimeoutError(f"{what}: not within {deadline_s:g} s")
        pause.wait(every_s)


def tail(path: Path, lines: int = 15) -> str:
    """Return the end of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _role(process: psutil.Process) -> str:
    words = process.cmdline()
    if "jobs" in words:
        return "worker"
    if any("gunicorn" in word for word in words):
        return "web"
    if any(name in " ".join(words[:1]) for name in ("redis", "valkey")):
        return "redis"
    return "parent"
