"""Act as clients that upload photos, retry after broken connections, poll their status, and delete some."""

import random
import threading
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.reef import jpeg

SIZES: Final = ((400, 300), (900, 700), (1600, 1200), (2400, 1800), (3000, 2000))
_PAUSE_S: Final = 0.25
_PATIENCE_S: Final = 12.0  # how long a phone follows a photo before it takes the next
_DELETED: Final = 0.1  # share of the photos


def photos() -> dict[str, bytes]:
    """Return the photos that are sent, by name."""
    return {f"{width}x{height}": jpeg(width, height, width) for width, height in SIZES}


@dataclass
class Sent:
    """A photo that was answered with 200."""

    photo: str
    may_be_deleted: bool = False


@dataclass
class Ledger:
    """What all phones remember."""

    jobs: dict[int, Sent] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)  # of uploads, by status or error
    slowest_s: float = 0.0
    wrong: list[str] = field(default_factory=list)  # what a phone must never see


class Phone(threading.Thread):
    """One phone."""

    def __init__(self, base_url: str, ledger: Ledger, ended: threading.Event, seed: int) -> None:
        super().__init__(daemon=True)
        self._client: Final = httpx.Client(base_url=base_url, timeout=30)
        self._ledger: Final = ledger
        self._ended: Final = ended
        self._random: Final = random.Random(seed)
        self._photos: Final = photos()

    def run(self) -> None:
        """Send photo after photo until the end."""
        while not self._ended.is_set():
            name = self._random.choice(list(self._photos))
            job_id = self._upload(name)
            if job_id is not None:
                self._follow(job_id)
        self._client.close()

    def _upload(self, name: str) -> int | None:
        headers = {"Idempotency-Key": str(uuid.uuid4())} if self._random.random() < 0.5 else {}
        while not self._ended.is_set():
            answer = self._ask(
                "POST", "/V1/api/classify", headers=headers, files={"image": self._photos[name]}
            )
            self._ledger.answers[str(answer.status_code) if answer is not None else "no answer"] += 1
            if answer is not None and answer.status_code == 200:
                job_id = int(answer.json()["job_id"])
                self._ledger.jobs.setdefault(job_id, Sent(name))
                return job_id
            self._ended.wait(2 * _PAUSE_S)
        return None

    def _follow(self, job_id: int) -> None:
        if self._random.random() < _DELETED:
            self._ended.wait(self._random.random())
            self._ledger.jobs[job_id].may_be_deleted = True
            self._ask("DELETE", f"/V1/api/classify/{job_id}")
            return
        for _ in range(int(_PATIENCE_S / _PAUSE_S)):
            answer = self._ask("GET", f"/V1/api/status/{job_id}", params={"include": "summary"})
            if answer is not None and answer.status_code == 404:
                self._ledger.wrong.append(f"job {job_id} was not known any more")
            if answer is not None and answer.status_code == 200:
                status = answer.json()["status"]
                if status in {"completed", "error"}:
                    return
            if self._ended.wait(_PAUSE_S):
                return

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        try:
            answer = self._client.request(method, path, **more)
        except httpx.TransportError:
            return None
        self._ledger.slowest_s = max(self._ledger.slowest_s, answer.elapsed.total_seconds())
        if answer.status_code == 500:
            self._ledger.wrong.append(f"{method} {path} was answered with 500: {answer.text}")
        return answer
