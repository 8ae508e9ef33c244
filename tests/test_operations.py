"""Test what docs/operations.md promises operators: metrics, logs, backups."""

import json
import os
import pty
import re
import shutil
import socket
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.reef import jpeg
from tests.server import COMMAND, RunningServer, environment, free_port
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow

OPERATIONS = (Path(__file__).parent.parent / "docs" / "operations.md").read_text()
OwnServer = Callable[..., RunningServer]


def test_every_metric_is_explained_and_every_explained_metric_exists(disturbed_server: RunningServer) -> None:
    disturbed_server.completed(disturbed_server.submit(jpeg(300, 200)))
    disturbed_server.workers()[0].send(9)

    def exported() -> set[str]:
        kinds = re.findall(
            r"^# TYPE (\w+) (\w+)$", disturbed_server.client.get("/metrics").text, re.MULTILINE
        )
        return {name if kind != "counter" else name.removesuffix("_total") + "_total" for name, kind in kinds}

    explained = set(re.findall(r"^\| `(coralchunk_\w+)` \|", OPERATIONS, re.MULTILINE))
    wait_for(
        lambda: exported() == explained, f"the metrics being {sorted(explained)}, not {sorted(exported())}"
    )


def test_the_log_follows_a_request_into_the_workers_and_holds_no_photo_and_no_key(
    own_server: OwnServer,
) -> None:
    server = own_server(LOG_LEVEL="debug", WORKERS="1", WEB_WORKERS="1")
    secret = "key-of-the-diver-4711"  # noqa: S105 - made up
    photo = jpeg(300, 200) + b"bytes-of-the-photo"
    answer = server.client.post(
        "/V1/api/classify",
        files={"image": ("name-of-the-file.jpg", photo)},
        headers={"X-Request-ID": "dive-42", "Idempotency-Key": secret, "Authorization": f"Bearer {secret}"},
    )
    job_id = answer.json()["job_id"]
    server.completed(job_id)
    server.client.request("\N{LATIN SMALL LETTER A}BC", "/V1/api/status/1")

    lines = wait_for(
        lambda: [line for line in server.log.read_text().splitlines() if "photo completed" in line],
        "its line",
    )

    assert answer.headers["X-Request-ID"] == "dive-42"
    (told,) = [json.loads(line) for line in lines]
    assert (told["request_id"], told["job_id"]) == ("dive-42", job_id)
    whole = server.log.read_text()
    assert not any(word in whole for word in (secret, "bytes-of-the-photo", "JFIF", "name-of-the-file"))
    assert all(line.startswith("{") for line in whole.splitlines())


def test_on_a_terminal_the_log_is_for_people(tmp_path: Path) -> None:
    terminal, inner = pty.openpty()
    settings = environment(
        DATA_DIR=str(tmp_path / "data"), PORT=str(free_port()), WORKERS="1", WEB_WORKERS="1"
    )
    serving = subprocess.Popen([COMMAND, "serve"], env=settings, stderr=inner, stdout=inner)
    os.close(inner)

    said = b""
    while b"listening" not in said:
        said += os.read(terminal, 4096)
    serving.terminate()
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:  # how a terminal ends
        os.close(terminal)

    assert serving.wait(PATIENCE_S) == 0
    assert b"http://127.0.0.1" in said
    assert not said.lstrip().startswith(b"{")


def test_a_copy_of_the_data_folder_is_a_backup(disturbed_server: RunningServer, tmp_path: Path) -> None:
    done = disturbed_server.submit(jpeg(500, 400))
    before = disturbed_server.completed(done)
    with disturbed_server.workers_halted():
        waiting = disturbed_server.submit(jpeg(900, 700))
        # Sockets cannot be copied, and need not be.
        shutil.copytree(
            disturbed_server.data_dir, tmp_path / "backup", ignore=shutil.ignore_patterns("*.sock")
        )
    disturbed_server.stop()

    shutil.rmtree(disturbed_server.data_dir)
    (tmp_path / "backup").rename(disturbed_server.data_dir)
    disturbed_server.start()

    assert disturbed_server.status(done) == before
    assert disturbed_server.completed(waiting)["total_chunks"] == 12


def test_a_stopping_server_closes_idle_connections_and_answers_the_request_under_way(
    own_server: OwnServer,
) -> None:
    server = own_server(WORKERS="1")
    address = ("127.0.0.1", server.port)
    head = f"Host: 127.0.0.1:{server.port}\r\n"
    with (
        socket.create_connection(address, PATIENCE_S) as idle,
        socket.create_connection(address, PATIENCE_S) as busy,
        ThreadPoolExecutor(1) as pool,
    ):
        idle.sendall(f"GET /V1/api/health HTTP/1.1\r\n{head}\r\n".encode())
        assert idle.recv(65_536).startswith(b"HTTP/1.1 200")
        head += "Expect: 100-continue\r\nContent-Length: 2\r\n"
        busy.sendall(f"POST /V1/api/surveys HTTP/1.1\r\n{head}\r\n".encode())
        assert busy.recv(65_536).startswith(b"HTTP/1.1 100")  # it reads the request

        stopped = pool.submit(server.stop)
        while idle.recv(65_536):
            pass  # until the server closes it
        busy.sendall(b"{}")

        assert busy.recv(65_536).startswith(b"HTTP/1.1 4")  # a survey needs more than that
        assert stopped.result(PATIENCE_S) == 0
