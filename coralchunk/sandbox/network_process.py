"""Start a process for one network, have it run, and end it when it breaks a limit."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from coralchunk.errors.networks import NetworkFailed
from coralchunk.sandbox.messages import Arrays, Disconnected, Line, Message

_CHILD: Final = "coralchunk.sandbox.child"
_START_S: Final = 60.0  # for Python and ONNX Runtime to load on a busy machine; no user's code runs in it
_BASE_BYTES: Final = 512_000_000  # address space of Python and ONNX Runtime with no network
_MAX_OUTPUT_BYTES: Final = 256_000_000
#: Nothing of the server's own environment, which may hold passwords.
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one network may take."""

    memory_bytes: int
    timeout_s: float  # to load, and for each run


class NetworkProcess:
    """A process with one network in it. Not to be shared between threads."""

    def __init__(self, onnx: bytes, limits: Limits) -> None:
        """Start the process and load the network. Raises NetworkFailed."""
        self._limits: Final = limits
        ours, theirs = socket.socketpair()
        self._line: Final = Line(ours, _MAX_OUTPUT_BYTES)
        memory_bytes = limits.memory_bytes + _BASE_BYTES + 2 * len(onnx)
        arguments = [str(theirs.fileno()), str(memory_bytes), str(os.getpid())]
        with theirs:
            self._process: Final = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", _CHILD, *arguments],
                env={name: os.environ[name] for name in _KEPT if name in os.environ},  # noqa: TID251
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
            )
        loaded = self._ask({}, {"onnx": np.frombuffer(onnx, dtype=np.uint8)}, _START_S + limits.timeout_s)
        self.outputs: Final = tuple(str(name) for name in loaded.said["outputs"])

    @property
    def is_running(self) -> bool:
        """Whether it can be used."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def run(self, feeds: Arrays, outputs: Sequence[str]) -> Arrays:
        """Return the requested tensors. Raises NetworkFailed.

        feeds    a tensor for each input of the graph
        outputs  names of outputs of the graph
        """
        return self._ask({"outputs": list(outputs)}, feeds, self._limits.timeout_s).arrays

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._line.close()

    def _ask(self, said: dict[str, object], arrays: Arrays, timeout_s: float) -> Message:
        try:
            self._line.send(said, arrays, timeout_s)
            answer = self._line.receive(timeout_s)
        except TimeoutError:
            self.close()
            raise NetworkFailed(f"it took longer than {self._limits.timeout_s:g} s") from None
        except Disconnected:
            raise NetworkFailed(self._death()) from None
        if "error" in answer.said:
            reason = str(answer.said["error"])
            if not self.has_loaded:
                self.close()
            raise NetworkFailed(reason)
        return answer

    @property
    def has_loaded(self) -> bool:
        """Whether the network has been loaded."""
        return hasattr(self, "outputs")

    def _death(self) -> str:
        self._process.kill()  # also one that lives and talks nonsense
        status = self._process.wait()
        self._line.close()
        if status < 0 and status != -signal.SIGKILL:
            return f"its process ended with signal {-status} ({signal.Signals(-status).name})"
        limit_mb = self._limits.memory_bytes // 1_000_000
        return f"its process ended; it may take {limit_mb} MB of memory and answer with 256 MB at most"
