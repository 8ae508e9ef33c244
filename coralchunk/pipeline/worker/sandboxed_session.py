"""Run the graph of a model that came from a user in a process of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from numpy.typing import NDArray

from coralchunk.inference.classifier import WINDOWS_INPUT
from coralchunk.inference.session import Node
from coralchunk.sandbox.network_process import Limits, NetworkProcess


@dataclass(slots=True)
class _Tensor:
    """An input or output of such a graph, see networks.chunk_graph."""

    name: str
    type: str
    shape: Sequence[int | str | None] = ()


class SandboxedSession:
    """A session as of ONNX Runtime, of a graph whose process is started again if it has died."""

    def __init__(self, onnx: bytes, limits: Limits) -> None:
        """Start the process and load the graph. Raises NetworkFailed."""
        self._onnx: Final = onnx
        self._limits: Final = limits
        self._process = NetworkProcess(onnx, limits)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self._process.is_running

    def get_inputs(self) -> Sequence[Node]:
        """Return its inputs."""
        return [_Tensor(WINDOWS_INPUT, "tensor(uint8)")]

    def get_outputs(self) -> Sequence[Node]:
        """Return its outputs."""
        return [_Tensor(name, "tensor(float)") for name in self._process.outputs]

    def run(self, outputs: Sequence[str], feeds: Mapping[str, Any], /) -> Sequence[NDArray[Any]]:
        """Return the named outputs for these inputs. Raises NetworkFailed."""
        if not self.is_running:
            self._process.close()
            self._process = NetworkProcess(self._onnx, self._limits)
        found = self._process.run(feeds, outputs)
        return [found[name] for name in outputs]

    def close(self) -> None:
        """End the process."""
        self._process.close()
