"""Ask about processes and processors, load code that lasts, and end a process with its parent."""

import ctypes
import gc
import importlib
import os
import pkgutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

PARENT_VARIABLE: Final = "_CORALCHUNK_PARENT"  # process id of the supervisor, set for its children
# Optional packages of which this server uses nothing: structlog would import rich for its tracebacks, and
# redis-py OpenTelemetry for metrics of its own. Together they take 0.1 s and 5 MB in each process.
UNUSED: Final = ("rich", "opentelemetry.sdk.metrics")
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
# Answers of the web come first; while there are none to give, workers get the whole processor.
_NICE_OF_WORKERS: Final = 10


def is_running(pid: int) -> bool:
    """Tell whether a process of this id exists on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def runs(pid: int, word: str) -> bool:
    """Tell whether the process with this id has `word` in its command line: ids are reused after a restart.

    If that cannot be read (not on Linux), tells whether any process has this id.
    """
    try:
        return word.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self/cmdline").exists() and is_running(pid)


def end_with_parent(parent: int | None) -> None:
    """Have the kernel send this process SIGTERM when its parent dies (Linux; elsewhere nothing happens).

    parent  process id of the expected parent, or None without a supervisor
    """
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before the call
        sys.exit("the supervisor is gone")


def be_nice() -> None:
    """Yield the processor to web processes and Redis, as workers do."""
    os.nice(_NICE_OF_WORKERS)


def rename(command: Sequence[str]) -> None:
    """Show another command line for this process, for `ps` and for `runs` (Linux).

    Raises ValueError if it is longer than the one by which the process was started, whose memory it takes.
    """
    # proc_pid_stat(5); after the name in brackets, which may contain spaces, the third field is the first.
    fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    start, end = int(fields[48 - 3]), int(fields[49 - 3])
    shown = b"\0".join(os.fsencode(word) for word in command)
    if len(shown) >= end - start:
        raise ValueError(f"{shown!r} is longer than {end - start - 1} bytes")
    ctypes.memmove(start, shown.ljust(end - start, b"\0"), end - start)


def preload(*modules: str) -> None:
    """Import modules for the life of this process, and leave their objects out of garbage collection.

    To search them takes 0.1 s of CPU time while they are imported, and 0.3 s when the process ends. It would
    also write to their pages, which processes that are forked later could not share then.
    """
    gc.disable()
    try:
        for module in modules:
            importlib.import_module(module)
    finally:
        gc.freeze()
        gc.enable()


def load(name: str) -> Callable[..., Any]:
    """Return a function or class, as module:name, whose module this process now loads and keeps."""
    with hidden(*UNUSED):
        preload(name.partition(":")[0])
    return cast(Callable[..., Any], pkgutil.resolve_name(name))


@contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Let libraries that are imported meanwhile take optional packages for not installed."""
    absent = [package for package in packages if package not in sys.modules]
    # Python does not import a module whose entry is None (language reference, "The module cache").
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for package in absent:
            del sys.modules[package]


def has_vnni() -> bool:
    """Tell whether this x86 processor has VNNI; False where that cannot be known."""
    try:
        cpu_info = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return any(flag in cpu_info.split() for flag in ("avx512_vnni", "avx_vnni"))
