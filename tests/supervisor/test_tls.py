"""Test the server with TLS: its certificate, the page about it, and what it prints."""

import datetime as dt
import ipaddress
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from coralchunk.config import Settings
from coralchunk.supervisor.tls.addresses import announcement
from coralchunk.supervisor.tls.authority import ensure_certificate
from tests.reef import jpeg
from tests.server import RunningServer, free_ports

LAN = ipaddress.ip_address("192.168.1.5")
NOW = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("tls") / "data", WORKERS="1", WEB_WORKERS="1")
    running.use_tls(free_ports(2))
    running.start()
    yield running
    running.destroy()


def test_a_client_that_trusts_the_authority_sends_photos_without_a_warning(server: RunningServer) -> None:
    trusting = ssl.create_default_context(cafile=server.data_dir / "tls" / "ca.pem")
    with httpx.Client(base_url=f"https://localhost:{server.port}", verify=trusting) as phone:
        page = phone.get("/")
        sent = phone.post("/V1/api/classify", files={"image": jpeg(300, 300)})
        docs = phone.get("/docs").text

    assert page.status_code == 200
    server.completed(sent.json()["job_id"])
    assert f"https://localhost:{server.port}" in docs


def test_a_client_that_does_not_trust_it_is_refused_without_a_traceback(server: RunningServer) -> None:
    for _ in range(3):
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"https://127.0.0.1:{server.port}/")

    assert server.client.get("/").status_code == 200
    assert "Traceback" not in server.log.read_text()


def test_the_page_about_the_certificate_needs_no_trust(server: RunningServer) -> None:
    base = f"http://127.0.0.1:{server.port + 1}"

    page, certificate = httpx.get(base), httpx.get(f"{base}/coralchunk-ca.crt")

    assert "Certificate Trust Settings" in page.text
    assert f"https://127.0.0.1:{server.port}/" in page.text
    assert certificate.headers["Content-Type"] == "application/x-x509-ca-cert"
    authority = (server.data_dir / "tls" / "ca.pem").read_text()
    assert certificate.content == ssl.PEM_cert_to_DER_cert(authority)


def test_a_port_that_is_taken_is_told_in_one_line(server: RunningServer, tmp_path: Path) -> None:
    other = RunningServer(tmp_path / "data", WORKERS="1", WEB_WORKERS="1")
    other.use_tls(server.port - 1)

    with pytest.raises(AssertionError, match="CORALCHUNK_PORT"):
        other.start()
    other.destroy()

    assert "Traceback" not in other.log.read_text()


def test_a_phone_is_told_the_address_by_a_code() -> None:
    settings = Settings(host="0.0.0.0", port=5001)  # noqa: S104 - what is told, nothing listens

    told = announcement(settings, LAN)

    assert "open http://192.168.1.5:5002/" in told
    assert "https://192.168.1.5:5001/" in told
    assert told.count("\N{FULL BLOCK}") > 50  # of the QR code
    assert "CORALCHUNK_HOST=0.0.0.0" in announcement(settings, ipaddress.ip_address("127.0.0.1"))


@pytest.mark.parametrize(
    ("days", "addresses", "is_new"),
    [
        pytest.param(1, [LAN], False, id="a day later"),
        pytest.param(380, [LAN], True, id="shortly before its end"),
        pytest.param(1, [LAN, ipaddress.ip_address("10.0.0.7")], True, id="another address"),
    ],
)
def test_the_certificate_is_kept_until_it_no_longer_fits(
    tmp_path: Path, days: int, addresses: list[ipaddress.IPv4Address], is_new: bool
) -> None:
    files = ensure_certificate(tmp_path, "boat", [LAN], NOW)
    before = [path.read_bytes() for path in (files.authority, files.certificate)]

    again = ensure_certificate(tmp_path, "boat", addresses, NOW + dt.timedelta(days=days))

    authority, certificate = (path.read_bytes() for path in (again.authority, again.certificate))
    assert authority == before[0]
    assert (certificate != before[1]) == is_new
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())
