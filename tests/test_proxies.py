"""Test the shipped configurations of nginx and Caddy in front of a real server."""

import contextlib
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.reef import encoded, jpeg, reef
from tests.server import RunningServer, free_port, serving
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow
SEARCHED = "/usr/sbin:/usr/bin:/usr/local/bin"
DEPLOY = Path(__file__).parents[1] / "deploy"
ADDRESSES = itertools.count(1)
V1 = "/V1/api"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that believes one proxy, and takes three photos a minute from each address."""
    settings = {"PROXIES": "1", "WORKERS": "1", "WEB_WORKERS": "1", "RATE_LIMIT": "3/minute"}
    with serving(tmp_path_factory.mktemp("behind") / "data", **settings) as running:
        yield running


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, behind: RunningServer, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of the proxy, which runs with the shipped configuration but for addresses and ports.

    Each test has an address of its own, because photos are counted by address.
    """
    if shutil.which(request.param, path=SEARCHED) is None:
        pytest.skip(f"{request.param} is not installed; on Debian: apt install {request.param}")
    port = free_port()
    command = {"nginx": nginx, "caddy": caddy}[request.param](behind.port, port, tmp_path)
    with (tmp_path / "proxy.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={"HOME": str(tmp_path), "PATH": SEARCHED}
        )
    own_address = httpx.HTTPTransport(local_address=f"127.0.1.{next(ADDRESSES)}")
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S, transport=own_address)

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "proxy.log").read_text()
        with contextlib.suppress(httpx.TransportError):
            return client.get(f"{V1}/health").status_code == 200
        return False

    wait_for(answers, "the proxy")
    yield client
    client.close()
    process.terminate()
    process.wait(PATIENCE_S)


def nginx(server_port: int, port: int, folder: Path) -> list[str]:
    shipped = (DEPLOY / "nginx.conf").read_text()
    moved = replaced(
        shipped, {"127.0.0.1:5001": f"127.0.0.1:{server_port}", "listen 80": f"listen 127.0.0.1:{port}"}
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}"
        f" http {{ access_log off; {temporary}\n{moved}\n}}"
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def caddy(server_port: int, port: int, folder: Path) -> list[str]:
    shipped = (DEPLOY / "Caddyfile").read_text()
    moved = replaced(
        shipped, {"127.0.0.1:5001": f"127.0.0.1:{server_port}", "reef.example": f"http://127.0.0.1:{port}"}
    )
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + moved)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def replaced(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def test_photos_events_and_refusals_pass_through_the_proxy(
    proxy: httpx.Client, behind: RunningServer
) -> None:
    large = encoded(reef(3000, 2000), "PNG")
    assert len(large) > 3_000_000  # nginx alone would refuse more than one

    job_id = proxy.post(f"{V1}/classify", files={"image": ("reef.png", large)}).json()["job_id"]
    with proxy.stream("GET", f"{V1}/events/{job_id}") as events:
        lines = [line for line in events.iter_lines() if line.startswith("event: ")]
    too_large = proxy.post(f"{V1}/classify", files={"image": ("reef.jpg", bytes(66_000_000))})

    assert lines[-1] == "event: completed"
    assert len(lines) > 1
    assert behind.completed(job_id)["progress"] == "117/117"
    assert (too_large.status_code, too_large.json()["title"]) == (413, "TooManyBytes")


def test_the_address_that_a_client_claims_is_not_believed(proxy: httpx.Client) -> None:
    answers = [
        proxy.post(
            f"{V1}/classify",
            files={"image": ("reef.jpg", jpeg(60, 40))},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code
        for number in range(4)
    ]

    assert answers == [200, 200, 200, 429]


def test_addresses_in_answers_are_those_of_the_proxy(proxy: httpx.Client) -> None:
    made = proxy.post(f"{V1}/surveys", json={"name": "Reef", "date": "2026-11-20"})

    assert httpx.URL(made.headers["Location"]).host in {"", "127.0.0.1"}
    assert proxy.get(made.headers["Location"]).status_code == 200
    assert proxy.get("/metrics").status_code == 403  # only this machine may read them, by its usual address
    assert httpx.get(proxy.base_url.join("/metrics"), timeout=PATIENCE_S).status_code == 200
