"""Act as a client: send a photo, poll its status, fetch the answer, and time each step.

The standard library's client, as it costs the least time of the cores that the server runs on.
"""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Final

import numpy as np

from bench.photos import Upload
from coralchunk.arrays import Probabilities

Body = Sequence[bytes | memoryview]

_TIMEOUT_S: Final = 300.0
_BOUNDARY: Final = "bench-7MA4YWxkTrZu0gW"
_KEPT_S: Final = 1.0  # a connection idle for longer may be closed under our hands
_SOON_S: Final = 0.02
_WAIT: Final = "wait=5"  # long polling, where the server knows it


class WrongAnswer(Exception):
    """The server sent a wrong answer."""


@dataclass(frozen=True, slots=True)
class Done:
    """One photo, from the first byte sent to the answer."""

    chunks: int
    post_s: float
    status_s: float  # the first question
    total_s: float  # POST to "completed"
    answer_s: float  # fetching the whole answer
    ended_at: float  # monotonic
    probabilities: Probabilities
    answer_bytes: int


class Phone:
    """One client with one connection."""

    def __init__(self, port: int) -> None:
        self._port: Final = port
        self._connection: HTTPConnection | None = None
        self._used_at = 0.0
        self._pause: Final = threading.Event()

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, method: str, path: str, body: Body = (), headers: dict[str, str] | None = None) -> bytes:
        """Send a request. Returns the body of the answer. Raises WrongAnswer unless it is a 200."""
        now = time.monotonic()
        if self._connection is None or now - self._used_at > _KEPT_S:
            self.close()
            self._connection = HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_S)
        connection = self._connection
        connection.request(method, path, body=body or None, headers=headers or {})
        answer = connection.getresponse()
        content = answer.read()
        self._used_at = time.monotonic()
        if answer.will_close:
            self.close()
        if answer.status != 200:
            raise WrongAnswer(f"{method} {path}: {answer.status} {content[:200]!r}")
        return content

    def upload(self, path: str, photo: Upload, number: int) -> bytes:
        """Send a photo as a form. Returns the body of the answer."""
        before = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="reef.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        ).encode()
        body = (before, *photo.numbered(number), f"\r\n--{_BOUNDARY}--\r\n".encode())
        headers = {
            "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
            "Content-Length": str(sum(len(part) for part in body)),
        }
        return self.ask("POST", path, body, headers)

    def post(self, photo: Upload, number: int = 0) -> int:
        """Hand in a photo. Returns the job's id."""
        return int(json.loads(self.upload("/V1/api/classify", photo, number))["job_id"])

    def status(self, job_id: int, query: str = "include=") -> dict[str, Any]:
        """Ask how far a job is; without the heavy parts unless the query says otherwise."""
        answer: dict[str, Any] = json.loads(self.ask("GET", f"/V1/api/status/{job_id}?{query}"))
        return answer

    def delete(self, job_id: int) -> None:
        """Take a job back."""
        self.ask("DELETE", f"/V1/api/classify/{job_id}")

    def wait(self, job_id: int, every_s: float = _SOON_S) -> None:
        """Return once a job is completed. Long polling; where a server answers at once, asking again."""
        first = time.perf_counter()
        while True:
            began = time.perf_counter()
            state = self.status(job_id, f"include=&{_WAIT}")["status"]
            if state == "completed":
                return
            if state == "error":
                raise WrongAnswer(f"job {job_id} ended in an error")
            # Asking costs the server time; a thirtieth of the whole is precise enough.
            asked_for = time.perf_counter() - began
            self._pause.wait(max(0.0, max(every_s, (began - first) / 30) - asked_for))

    def wait_begun(self, job_id: int) -> None:
        """Ask until the first chunk of a job is classified, or it is over."""
        while self.status(job_id)["status"] == "queued":
            self._pause.wait(_SOON_S)

    def classify(self, photo: Upload, number: int = 0, every_s: float = _SOON_S) -> Done:
        """Hand in a photo, wait for its answer and fetch it whole."""
        began = time.perf_counter()
        job_id = self.post(photo, number)
        posted = time.perf_counter()
        self.status(job_id)
        asked_s = time.perf_counter() - posted
        self.wait(job_id, every_s)
        completed = time.perf_counter()
        content = self.ask("GET", f"/V1/api/status/{job_id}")
        answer_s = time.perf_counter() - completed
        found = probabilities(json.loads(content)["chunks"])
        return Done(
            chunks=photo.chunks,
            post_s=posted - began,
            status_s=asked_s,
            total_s=completed - began,
            answer_s=answer_s,
            ended_at=time.monotonic(),
            probabilities=found,
            answer_bytes=len(content),
        )


def probabilities(chunks: list[dict[str, Any]]) -> Probabilities:
    """Read the predictions of an answer: (N, 3) float32."""
    rows = [
        [chunk["probabilities"][name] for name in ("bleached", "healthy", "not_coral")] for chunk in chunks
    ]
    return np.array(rows, dtype=np.float32).reshape(-1, 3)
