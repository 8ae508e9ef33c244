"""python -m coralchunk.sandbox.child FD MEMORY_BYTES PARENT: load one network, and run it on request."""

import resource
import socket
import sys
from typing import Any, Final

import numpy as np
import onnxruntime as ort

from coralchunk.processes import end_with_parent
from coralchunk.sandbox.messages import Disconnected, Line, Message

_LONGEST_REASON: Final = 500
_MAX_INPUT_BYTES: Final = 2**31
_MAX_FILES: Final = 64


def main(descriptor: int, memory_bytes: int, parent: int) -> None:
    """Answer the messages of the parent: first `load`, then `run`."""
    end_with_parent(parent)
    _limit(memory_bytes)
    line = Line(socket.socket(fileno=descriptor), _MAX_INPUT_BYTES)
    session: ort.InferenceSession | None = None
    while True:
        try:
            message = line.receive(None)
        except Disconnected:
            return
        try:
            if session is None:
                session = _load(message)
                line.send({"outputs": [node.name for node in session.get_outputs()]}, {}, None)
            else:
                line.send({}, _run(session, message), None)
        # ONNX Runtime's own exceptions share no base class below Exception; this is the border to it.
        except Exception as failure:  # noqa: BLE001
            line.send({"error": _reason(failure)}, {}, None)


def _limit(memory_bytes: int) -> None:
    # Address space: a graph that requests more gets an error in its own run.
    _, hard = resource.getrlimit(resource.RLIMIT_AS)  # of a training, which asks networks too
    most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    # A worker's limit is for one task; this process lives through many, and the parent watches the time.
    _, cpu_s = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_FILES, _MAX_FILES))


def _load(message: Message) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # An arena would keep the memory of the largest picture forever.
    options.enable_cpu_mem_arena = False
    onnx = message.arrays["onnx"].tobytes()
    return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])


def _run(session: ort.InferenceSession, message: Message) -> dict[str, Any]:
    wanted = list(message.said["outputs"])
    found = session.run(wanted, dict(message.arrays))
    arrays = {name: np.asarray(value) for name, value in zip(wanted, found, strict=True)}
    for name, array in arrays.items():
        if array.dtype.kind not in "fiub":
            raise TypeError(f"its output {name!r} holds no numbers")
    return arrays


def _reason(failure: Exception) -> str:
    if isinstance(failure, MemoryError):
        return "it needs more memory than a network may take"
    return " ".join(str(failure).split())[:_LONGEST_REASON] or type(failure).__name__


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
