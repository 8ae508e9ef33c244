"""Test how the Redis of one data folder is found, started and adopted."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from coralchunk.errors.setup import BadSetup
from coralchunk.supervisor.child_process import Process
from coralchunk.supervisor.redis_server import RedisServer, server_binary
from tests.waiting import wait_for


@pytest.fixture
def started() -> Iterator[list[Process]]:
    """Processes that end with the test."""
    processes: list[Process] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            process.send_signal(9)
    wait_for(lambda: all(process.poll() is not None for process in processes), "the end of Redis")


def deep(folder: Path) -> Path:
    """Return a folder whose path is longer than a socket's may be."""
    return folder.joinpath(*["a-very-deep-folder"] * 8)


@pytest.mark.parametrize("is_deep", [False, True], ids=["a short path", "a path too long for a socket"])
def test_a_redis_answers_on_a_socket_that_only_its_owner_can_reach(
    tmp_path: Path, started: list[Process], is_deep: bool
) -> None:
    server = RedisServer(deep(tmp_path) if is_deep else tmp_path)

    started.append(server.start())

    with Redis.from_url(server.url) as redis:
        settings = redis.config_get("append*", "maxmemory-policy", "port")
    path = Path(server.url.removeprefix("unix://"))
    assert (settings["appendonly"], settings["appendfsync"]) == ("yes", "everysec")
    assert (settings["maxmemory-policy"], settings["port"]) == ("noeviction", "0")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(os.fsencode(path)) < 108


def test_damaged_files_of_redis_are_named_with_what_to_do(tmp_path: Path, started: list[Process]) -> None:
    server = RedisServer(tmp_path)
    started.append(server.start())
    with Redis.from_url(server.url) as redis:
        for number in range(100):
            redis.set(f"key {number}", number)
    started[0].send_signal(15)
    wait_for(lambda: started[0].poll() is not None, "its end")
    (commands,) = tmp_path.glob("redis/appendonlydir/*.incr.aof")
    content = commands.read_bytes()
    commands.write_bytes(content[:1000] + b"X" * 16 + content[1016:])

    with pytest.raises(BadSetup, match=r"Bad file format.*move .*redis away and start again"):
        server.start()


def test_a_redis_that_runs_already_is_adopted(tmp_path: Path, started: list[Process]) -> None:
    started.append(RedisServer(tmp_path).start())

    adopted = RedisServer(tmp_path).start()

    assert adopted.pid == started[0].pid
    assert adopted.poll() is None
    adopted.send_signal(15)
    wait_for(lambda: started[0].poll() is not None and adopted.poll() is not None, "its end")


def test_what_a_redis_was_told_is_there_when_it_is_started_again(
    tmp_path: Path, started: list[Process]
) -> None:
    server = RedisServer(tmp_path)
    started.append(server.start())
    with Redis.from_url(server.url) as redis:
        redis.set("reef", "coral")
    started[0].send_signal(15)
    wait_for(lambda: started[0].poll() is not None, "its end")

    started.append(server.start())

    with Redis.from_url(server.url) as redis:
        assert redis.get("reef") == b"coral"


def test_a_redis_that_does_not_start_is_received_with_the_place_of_its_reason(tmp_path: Path) -> None:
    server = RedisServer(tmp_path)
    (tmp_path / "redis" / "appendonlydir").write_text("a file where a folder should be")

    with pytest.raises(BadSetup, match=r"did not start: Can't open .*Not a directory \(from .*redis\.log\)"):
        server.start()


@pytest.mark.parametrize("name", ["redis-server", "valkey-server"])
def test_a_server_on_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    binary = tmp_path / name
    binary.write_text("#!/bin/sh\n")
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert server_binary() == str(binary)


def test_without_one_on_the_path_the_bundled_one_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert Path(server_binary()).name == "valkey-server"
