"""Ask about processes and processors, and end a process with its parent."""

import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Final

PARENT_VARIABLE: Final = "_CORALCHUNK_PARENT"  # process id of the supervisor, set for its children
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


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


def has_vnni() -> bool:
    """Tell whether this x86 processor has VNNI; False where that cannot be known."""
    try:
        cpu_info = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return any(flag in cpu_info.split() for flag in ("avx512_vnni", "avx_vnni"))
