"""Test that a server that cannot start says so in one line."""

import contextlib
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from coralchunk.config import Settings
from coralchunk.supervisor.listening_socket import warn_if_open_to_the_network
from tests.server import COMMAND, RunningServer, environment, free_port
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow


def serve_in_vain(**settings: str) -> "subprocess.CompletedProcess[str]":
    """Start a server that cannot start, and wait for its end."""
    return subprocess.run(
        [COMMAND, "serve"],
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@contextlib.contextmanager
def _web_server() -> Iterator[int]:
    """Run a server that speaks HTTP. Yields its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("host", "asks_for_tokens", "is_warned"),
    [
        ("0.0.0.0", False, True),  # noqa: S104 - nothing is bound
        ("::", False, True),
        ("192.168.1.7", False, True),
        ("0.0.0.0", True, False),  # noqa: S104
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("localhost", False, False),
    ],
)
def test_an_api_open_to_the_network_is_warned_of(host: str, asks_for_tokens: bool, is_warned: bool) -> None:
    with capture_logs() as logs:
        warn_if_open_to_the_network(Settings(host=host, v1_require_token=asks_for_tokens))

    assert ["CORALCHUNK_V1_REQUIRE_TOKEN=1" in log["detail"] for log in logs] == [True] * is_warned


def refused(**settings: str) -> tuple[int, list[str]]:
    """Start a server that cannot start. Returns its exit status and what it says."""
    ended = serve_in_vain(**settings)
    return ended.returncode, [line for line in ended.stderr.splitlines() if line.startswith("Error")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "reef"),
        ("PORT", "70000"),
        ("WORKERS", "0"),
        ("MAX_PIXELS", "-1"),
        ("CORS_ORIGINS", "*"),
        ("LOG_LEVEL", "loud"),
        ("WORKER", "2"),
    ],
)
def test_a_bad_setting_is_refused_at_start_in_one_line_that_names_it(
    tmp_path: Path, name: str, value: str
) -> None:
    status, said = refused(DATA_DIR=str(tmp_path / "data"), **{name: value})

    assert status == 1
    assert len(said) == 1
    assert f"CORALCHUNK_{name}={value!r}" in said[0]
    assert not (tmp_path / "data").exists()


UNUSABLE_REDIS = {
    "nothing listens there": ("redis://127.0.0.1:{free}/0", "Connection refused"),
    "with a password": ("redis://diver:secret@127.0.0.1:{free}/0", "redis://127.0.0.1"),
    "another kind of server": ("redis://127.0.0.1:{other}/0", "cannot be used"),
    "another scheme": ("reef://127.0.0.1", "redis://"),
}


@pytest.fixture(scope="module")
def ended_in_vain(tmp_path_factory: pytest.TempPathFactory) -> "dict[str, subprocess.CompletedProcess[str]]":
    """What became of a server with each Redis that cannot be used; they wait for it at the same time."""
    with _web_server() as other, ThreadPoolExecutor(len(UNUSABLE_REDIS)) as pool:
        ends = {
            case: pool.submit(
                serve_in_vain,
                DATA_DIR=str(tmp_path_factory.mktemp("in-vain") / "data"),
                REDIS_URL=url.format(free=free_port(), other=other),
                PORT=str(free_port()),
            )
            for case, (url, _) in UNUSABLE_REDIS.items()
        }
        return {case: end.result() for case, end in ends.items()}


@pytest.mark.parametrize("case", UNUSABLE_REDIS)
def test_a_redis_that_cannot_be_used_is_refused_at_start_in_one_line(
    ended_in_vain: "dict[str, subprocess.CompletedProcess[str]]", case: str
) -> None:
    ended, (_, says) = ended_in_vain[case], UNUSABLE_REDIS[case]

    (line,) = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert line.startswith("Error: REDIS_URL=")
    assert says in line
    assert "secret" not in line


def test_a_data_folder_that_cannot_be_used_is_refused_at_start_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/coralchunk")):
        ended = serve_in_vain(DATA_DIR=str(place), PORT=str(free_port()))

        (line,) = ended.stderr.splitlines()
        assert ended.returncode == 1
        assert line.startswith(f"Error: CORALCHUNK_DATA_DIR='{place}'")


def test_a_database_of_a_later_version_is_refused_at_start_in_one_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with contextlib.closing(sqlite3.connect(data / "coralchunk.db")) as later:
        later.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        later.execute("INSERT INTO alembic_version VALUES ('9999')")
        later.commit()

    ended = serve_in_vain(DATA_DIR=str(data), PORT=str(free_port()))

    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("Error")]
    assert ended.returncode == 1
    assert "later version of coralchunk" in line
    assert "Traceback" not in ended.stderr


def test_a_second_server_on_the_same_folder_is_refused(server: RunningServer) -> None:
    status, said = refused(DATA_DIR=str(server.data_dir), PORT=str(free_port()))

    assert status == 1
    assert str(server.data_dir) in said[0]
    assert f"process {server.pids('serve')[0]}" in said[0]
    wait_for(server.is_ready, "the first server being ready still")


def test_a_port_that_is_taken_is_refused_by_its_name(tmp_path: Path) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]

        status, said = refused(DATA_DIR=str(tmp_path / "data"), PORT=str(port))

    assert status == 1
    assert f"CORALCHUNK_PORT='{port}'" in said[0]
