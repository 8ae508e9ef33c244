"""Send arrays and a JSON document over a socket.

A message is the length of its header (4 bytes, big-endian), the header as JSON, and the bytes of its arrays
one after another. What the other side claims is checked before memory is taken for it.
"""

import json
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
_LENGTH: Final = struct.Struct("!I")
#: After the deadline, what lies there is still read: this process may have been halted, not the other.
_GRACE_S: Final = 60.0
_LAST_LOOK_S: Final = 0.05
_LONGEST_HEADER: Final = 1_000_000
_TYPES: Final = frozenset(
    {"float16", "float32", "float64", "uint8", "int8", "uint16", "int16", "int32", "int64", "bool"}
)


class Disconnected(Exception):
    """The other side is gone, or does not keep to the form of messages."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    said: dict[str, Any]
    arrays: Arrays


class Line:
    """One end of a socket."""

    def __init__(self, end: socket.socket, max_bytes: int) -> None:
        """Take a connected socket. `max_bytes`: of the arrays of a message that is received."""
        self._end: Final = end
        self._max_bytes: Final = max_bytes

    def send(self, said: dict[str, Any], arrays: Arrays, timeout_s: float | None) -> None:
        """Send a message. Raises Disconnected, and TimeoutError when it takes longer."""
        descriptions = [
            {"name": name, "type": array.dtype.name, "shape": list(array.shape)}
            for name, array in arrays.items()
        ]
        header = json.dumps({"said": said, "arrays": descriptions}).encode()
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        try:
            self._send(_LENGTH.pack(len(header)) + header, deadline)
            for array in arrays.values():
                self._send(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, deadline)
        except TimeoutError:
            raise
        except OSError as lost:
            raise Disconnected from lost

    def receive(self, timeout_s: float | None) -> Message:
        """Wait for a message. Raises Disconnected, and TimeoutError when none is there in time."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        try:
            (length,) = _LENGTH.unpack(self._receive(_LENGTH.size, deadline))
            if length > _LONGEST_HEADER:
                raise Disconnected
            header = json.loads(bytes(self._receive(length, deadline)))
            return Message(dict(header["said"]), self._arrays(header["arrays"], deadline))
        except TimeoutError:
            raise
        except (OSError, ValueError, KeyError, TypeError) as damage:
            raise Disconnected from damage

    def close(self) -> None:
        """Close this end."""
        self._end.close()

    def _arrays(self, descriptions: list[dict[str, Any]], deadline: float | None) -> dict[str, NDArray[Any]]:
        arrays, left = {}, self._max_bytes
        for one in descriptions:
            if one["type"] not in _TYPES or any(int(side) < 0 for side in one["shape"]):
                raise Disconnected
            dtype, shape = np.dtype(one["type"]), tuple(int(side) for side in one["shape"])
            size = prod(shape) * dtype.itemsize
            left -= size
            if left < 0:
                raise Disconnected
            arrays[str(one["name"])] = np.frombuffer(self._receive(size, deadline), dtype).reshape(shape)
        return arrays

    def _send(self, content: bytes | memoryview, deadline: float | None) -> None:
        self._end.settimeout(_left(deadline))
        self._end.sendall(content)

    def _receive(self, size: int, deadline: float | None) -> bytearray:
        content = bytearray(size)
        view, place = memoryview(content), 0
        while place < size:
            self._end.settimeout(_left(deadline))
            read = self._end.recv_into(view[place:])
            if read == 0:
                raise Disconnected
            place += read
        return content


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= -_GRACE_S:
        raise TimeoutError
    return max(left, _LAST_LOOK_S)
