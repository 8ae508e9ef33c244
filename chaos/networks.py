"""Act as a user of networks: upload some, ask them, and remember each task that was accepted."""

import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.deepomatic.networks import picture, preprocessing
from tests.networks import onnx_files
from tests.server import RunningServer

_PAUSE_S: Final = 0.5
_UPLOADS: Final = 0.15  # share of what is sent
_COLOUR: Final = (255, 51, 0)
_ANSWER: Final = [1.0, 0.2, 0.0]


@dataclass
class NetworkLedger:
    """What the user remembers."""

    networks: list[int] = field(default_factory=list)
    tasks: dict[str, bool] = field(default_factory=dict)  # id -> whether it is an inference


class NetworkUser(threading.Thread):
    """One user with a key."""

    def __init__(
        self, server: RunningServer, ledger: NetworkLedger, ended: threading.Event, seed: int
    ) -> None:
        super().__init__(daemon=True)
        server.command("user", "add", "ana", typed="parrotfish\n")
        key = server.command("token", "create", "ana").strip()
        server.client.headers["X-API-KEY"] = key  # with it the verdict asks for the tasks
        base_url = f"http://127.0.0.1:{server.port}/v0.7"
        self._client: Final = httpx.Client(base_url=base_url, timeout=30, headers={"X-API-KEY": key})
        self._ledger: Final = ledger
        self._ended: Final = ended
        self._random: Final = random.Random(seed)
        self._picture: Final = picture(*_COLOUR)

    def run(self) -> None:
        """Upload and ask until the end."""
        while not self._ended.wait(_PAUSE_S * self._random.random()):
            if not self._ledger.networks or self._random.random() < _UPLOADS:
                self._upload()
            else:
                self._infer(self._random.choice(self._ledger.networks))
        self._client.close()

    def _upload(self) -> None:
        form = {
            "name": (None, b"colour"),
            "framework": (None, b"onnx"),
            "preprocessing": (None, json.dumps(preprocessing()).encode()),
            "model.onnx": ("model.onnx", onnx_files.mean_colour()),
        }
        made = self._post("/networks", form)
        if made is not None:
            self._ledger.networks.append(made["id"])
            self._ledger.tasks[made["task_id"]] = False

    def _infer(self, network_id: int) -> None:
        form = {"inputs[0]image.source": ("colour.png", self._picture)}
        started = self._post(f"/networks/{network_id}/inference", form)
        if started is not None:
            self._ledger.tasks[started["task_id"]] = True

    def _post(self, path: str, form: dict[str, Any]) -> dict[str, Any] | None:
        try:
            answer = self._client.post(path, files=form)
        except httpx.TransportError:
            return None
        taken: dict[str, Any] | None = answer.json() if answer.status_code in {200, 201} else None
        return taken


def wrong_tasks(server: RunningServer, ledger: NetworkLedger) -> Iterator[str]:
    """Yield each accepted task that did not succeed, or whose answer is wrong."""
    for task_id, is_inference in ledger.tasks.items():
        answer = server.client.get(f"/v0.7/tasks/{task_id}")
        if answer.status_code != 200 or answer.json()["status"] != "success":
            yield f"task {task_id}: {answer.status_code} {answer.text[:300]}"
            continue
        if is_inference:
            (tensor,) = answer.json()["data"]["tensors"]
            if any(abs(found - right) > 1e-5 for found, right in zip(tensor["data"], _ANSWER, strict=True)):
                yield f"task {task_id}: {tensor['data']}"
