"""Hostile networks and dying processes cost at most the task that they belong to."""

import json
import random
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from coralchunk.processes import is_running
from tests.deepomatic.networks import picture, preprocessing
from tests.networks import onnx_files
from tests.server import RunningServer
from tests.users import add_user_with_token
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow

ORANGE = picture(255, 128, 0)
CHILD = b"coralchunk.sandbox.child"
MUTANTS = 25
Connects = Callable[[RunningServer], httpx.Client]


@pytest.fixture
def connected() -> Iterator[Connects]:
    """Makes clients that send the token of a new user."""
    with ExitStack() as clients:

        def connect(server: RunningServer) -> httpx.Client:
            name = f"user-{secrets.token_hex(4)}"
            token = add_user_with_token(server, name)
            address, headers = server.client.base_url, {"X-API-KEY": token}
            return clients.enter_context(httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_S))

        yield connect


def upload(http: httpx.Client, onnx: bytes) -> httpx.Response:
    form = {
        "name": (None, b"any"),
        "framework": (None, b"onnx"),
        "preprocessing": (None, json.dumps(preprocessing()).encode()),
        "model.onnx": ("model.onnx", onnx),
    }
    return http.post("/v0.7/networks", files=form)


def infer(http: httpx.Client, network_id: int) -> str:
    form = {"inputs[0]image.source": ("reef.png", ORANGE)}
    return str(http.post(f"/v0.7/networks/{network_id}/inference", files=form).json()["task_id"])


def ended(http: httpx.Client, task_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        task: dict[str, Any] = http.get(f"/v0.7/tasks/{task_id}").json()
        return None if task["status"] == "pending" else task

    task = wait_for(look, "the end of the task")
    assert task is not None
    return task


def mutants(seed: int) -> list[bytes]:
    """Networks with some bytes changed, cut out or doubled; the same for each seed."""
    chosen = random.Random(seed)
    originals = [onnx_files.mean_colour(), onnx_files.echo((1, 3, 8, 8)), onnx_files.endless()]
    found = []
    for _ in range(MUTANTS):
        content = bytearray(chosen.choice(originals))
        for _ in range(chosen.randint(1, 6)):
            place, length = chosen.randrange(len(content)), chosen.randint(1, 8)
            piece = bytes(content[place : place + length])
            content[place : place + length] = chosen.choice([b"", piece * 2, chosen.randbytes(len(piece))])
        found.append(bytes(content))
    return found


def test_damaged_networks_take_no_worker_down(
    own_server: Callable[..., RunningServer], connected: Connects
) -> None:
    server = own_server(NETWORK_TIMEOUT="1", RATE_LIMIT="off", NETWORKS_PER_USER="1000")
    http = connected(server)
    workers = {worker.pid for worker in server.workers()}

    answers = [upload(http, onnx) for onnx in mutants(seed=7)]
    taken = [answer.json() for answer in answers if answer.status_code == 201]
    outcomes = {ended(http, network["task_id"])["status"] for network in taken}
    good = upload(http, onnx_files.mean_colour()).json()

    assert {answer.status_code for answer in answers} <= {201, 400}
    assert outcomes <= {"success", "error"}
    assert ended(http, good["task_id"])["status"] == "success"
    assert ended(http, infer(http, good["id"]))["status"] == "success"
    assert {worker.pid for worker in server.workers()} == workers


def children_of(workers: list[int]) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and CHILD in (folder / "cmdline").read_bytes():
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                found.extend([int(folder.name)] if parent in workers else [])
        except OSError:
            continue
    return found


def test_killing_workers_loses_no_task_and_leaves_no_process(
    disturbed_server: RunningServer, connected: Connects
) -> None:
    http = connected(disturbed_server)
    network = upload(http, onnx_files.mean_colour()).json()
    ended(http, network["task_id"])
    for _ in range(4):
        ended(http, infer(http, network["id"]))
    killed = disturbed_server.workers()
    children = children_of([worker.pid for worker in killed])

    with disturbed_server.workers_halted():
        tasks = [infer(http, network["id"]) for _ in range(6)]
        second = upload(http, onnx_files.echo((1, 3, 8, 8))).json()
        for worker in killed:
            worker.send(signal.SIGKILL)

    assert {ended(http, task)["status"] for task in [*tasks, second["task_id"]]} == {"success"}
    assert children
    wait_for(lambda: not any(is_running(child) for child in children), "the end of their networks")


def test_killing_the_server_loses_no_task(disturbed_server: RunningServer, connected: Connects) -> None:
    http = connected(disturbed_server)
    network = upload(http, onnx_files.mean_colour()).json()
    with disturbed_server.workers_halted():
        tasks = [infer(http, network["id"]) for _ in range(3)]
        disturbed_server.kill()
    disturbed_server.start()

    assert {ended(http, task)["status"] for task in [*tasks, network["task_id"]]} == {"success"}
