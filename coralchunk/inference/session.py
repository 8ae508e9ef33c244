"""Open an ONNX graph with the options that every model of this server runs with."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from coralchunk.errors.setup import BadModel


class Node(Protocol):
    """An input or output of a graph, as ONNX Runtime describes it."""

    name: str
    type: str  # such as "tensor(float)"
    shape: Sequence[int | str | None]


class Session(Protocol):
    """A loaded graph: what is used of ONNX Runtime's InferenceSession."""

    def get_inputs(self) -> Sequence[Node]:
        """Return its inputs."""

    def get_outputs(self) -> Sequence[Node]:
        """Return its outputs."""

    def run(self, outputs: Sequence[str], feeds: Mapping[str, Any], /) -> Sequence[NDArray[Any]]:
        """Return the named outputs for these inputs."""


def open_session(onnx: bytes, name: str, threads: int = 1, *, has_wide_sums: bool) -> Session:
    """Load a graph for the CPU. Raises BadModel, naming the model.

    has_wide_sums  whether the processor adds int8 products up in 32 bits (x86: VNNI). Without that,
                   ONNX Runtime's fast path overflows and one photo has two answers; its exact path takes
                   twice as long (measured: 14 ms a chunk instead of 7), so it is taken only there.
    """
    # Here, because importing it starts a thread, and workers are forked from a process that may have none.
    import onnxruntime as ort  # noqa: PLC0415

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", "0" if has_wide_sums else "1")
    try:
        session: Session = ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    # ONNX Runtime's own exceptions share no base class below Exception; this is the border to it.
    except Exception as damage:
        raise BadModel(f"{name} cannot be loaded: {damage}") from damage
    return session
