"""Test connections to Redis over TLS and through Sentinel, against real servers of both kinds."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from coralchunk.config import Settings
from coralchunk.pipeline.connection import connect, without_password
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.steps.submit import submit
from coralchunk.pipeline.stores import open_stores
from coralchunk.supervisor.redis_server import server_binary
from tests.reef import jpeg
from tests.server import COMMAND, environment, free_port
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts Redis servers with the given words on their command line; they end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*words: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / "redis.log").open("ab") as log:
            started.append(subprocess.Popen([server_binary(), *words], cwd=tmp_path, stdout=log, stderr=log))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait(PATIENCE_S)


def answers(redis: Redis) -> bool:
    with contextlib.suppress(RedisError):
        return bool(redis.ping())
    return False


@pytest.fixture
def tls_url(tmp_path: Path, start: Start) -> str:
    """A Redis that speaks only TLS and wants a password."""
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=reef"]
    request += [
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout",
        "key.pem",
        "-out",
        "ca.pem",
    ]
    subprocess.run(request, cwd=tmp_path, check=True, capture_output=True, timeout=PATIENCE_S)
    port = str(free_port())
    server = start(
        *("--port", "0", "--tls-port", port, "--tls-cert-file", "ca.pem", "--tls-key-file", "key.pem"),
        *("--tls-ca-cert-file", "ca.pem", "--tls-auth-clients", "no", "--requirepass", "parrotfish"),
    )
    url = f"rediss://:parrotfish@127.0.0.1:{port}/0?ssl_ca_certs={tmp_path}/ca.pem"
    with connect(url, 2) as redis:
        wait_for(lambda: server.poll() is not None or answers(redis), "Redis")
    if server.poll() is not None:
        pytest.skip("this Redis was built without TLS")
    return url


def test_a_photo_is_queued_and_doctor_content_over_tls(tls_url: str, tmp_path: Path) -> None:
    stores = open_stores(Settings(redis_url=tls_url, data_dir=tmp_path / "data"), redis_timeout_s=5)

    job_id = submit(stores, BytesIO(jpeg(600, 400)), time.time(), request_id="")
    said = doctor(tls_url, tmp_path)

    assert get_job(stores, job_id).total_chunks == 6
    assert "ok       redis: REDIS_URL answers" in said
    stores.redis.close()


def test_a_certificate_of_nobody_is_refused(tls_url: str, tmp_path: Path) -> None:
    said = doctor(tls_url.partition("?")[0], tmp_path)

    assert "MISSING  redis" in said
    assert "certificate" in said.lower()


def doctor(url: str, folder: Path) -> str:
    return subprocess.run(
        [COMMAND, "doctor"],
        env=environment(REDIS_URL=url, DATA_DIR=str(folder / "data")),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    ).stdout


def test_a_job_outlives_the_failover_of_sentinel(start: Start, tmp_path: Path) -> None:
    first, second, sentinel = (str(free_port()) for _ in range(3))
    for port in (first, second):
        (tmp_path / port).mkdir()
    master = start("--port", first, "--dir", first, "--save", "")
    start("--port", second, "--dir", second, "--save", "", "--replicaof", "127.0.0.1", first)
    with connect(f"redis://127.0.0.1:{second}/0", 2) as replica:
        wait_for(
            lambda: answers(replica) and replica.info("replication")["master_link_status"] == "up",
            "a replica",
        )
    (tmp_path / "sentinel.conf").write_text(
        f"port {sentinel}\nsentinel monitor reef 127.0.0.1 {first} 1\n"
        "sentinel down-after-milliseconds reef 500\nsentinel failover-timeout reef 2000\n"
    )
    start("sentinel.conf", "--sentinel")
    url = f"redis+sentinel://127.0.0.1:1,127.0.0.1:{sentinel}/reef/0"
    stores = open_stores(Settings(redis_url=url, data_dir=tmp_path / "data"), redis_timeout_s=5)
    wait_for(lambda: answers(stores.redis), "Sentinel naming the master")
    with connect(f"redis://127.0.0.1:{sentinel}/0", 2) as watch:
        wait_for(lambda: watch.sentinel_slaves("reef"), "Sentinel finding the replica")
    job_id = submit(stores, BytesIO(jpeg(600, 400)), time.time(), request_id="")
    assert stores.redis.wait(1, int(PATIENCE_S * 1000)) == 1

    master.kill()
    wait_for(lambda: answers(stores.redis), "the replica taking over")

    assert get_job(stores, job_id).total_chunks == 6
    assert stores.redis.connection_pool.get_master_address()[1] == int(second)
    submit(stores, BytesIO(jpeg(600, 400)), time.time(), request_id="")
    stores.redis.close()


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        pytest.param("redis+sentinel://a:26379,b:26379", "name of the master", id="no name"),
        pytest.param("redis+sentinel:///reef", "is no address", id="no address"),
        pytest.param("redis+sentinel://a:b/reef", "b", id="no number"),
        pytest.param("reef://a/0", "redis://", id="no scheme of Redis"),
    ],
)
def test_a_malformed_url_is_refused(url: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        connect(url, 1)


def test_sentinels_get_the_credentials_and_certificates_that_the_url_names_for_them() -> None:
    url = "rediss+sentinel://ana:pw@a,b:1/reef/3?sentinel_password=secret&ssl_ca_certs=/ca.pem"

    redis = connect(url, 1)
    master = redis.connection_pool
    sentinels = [one.connection_pool.connection_kwargs for one in master.sentinel_manager.sentinels]

    assert [(one["host"], one["port"]) for one in sentinels] == [("a", 26379), ("b", 1)]
    assert {(one["password"], one["ssl_ca_certs"]) for one in sentinels} == {("secret", "/ca.pem")}
    given = master.connection_kwargs
    assert (given["username"], given["password"], given["db"], given["ssl_ca_certs"]) == (
        "ana",
        "pw",
        3,
        "/ca.pem",
    )


def test_what_is_shown_of_a_url_holds_no_secret() -> None:
    shown = without_password("rediss+sentinel://ana:pw@a,b/reef/0?sentinel_password=secret")

    assert shown == "rediss+sentinel://a,b/reef/0"
