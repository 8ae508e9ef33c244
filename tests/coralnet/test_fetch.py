"""Test fetching photos by URL, and addresses that must never be reached."""

import socket
from urllib.parse import urlsplit

import pytest

from coralchunk.config import Settings
from coralchunk.errors.access import NotFetched
from coralchunk.storage import remote
from coralchunk.storage.remote import fetch
from tests.coralnet.host import ImageHost

AWAY = Settings(fetch_urls=True)


@pytest.fixture
def settings(host: ImageHost) -> Settings:
    return Settings(fetch_allow=(f"127.0.0.1:{host.port}",), max_upload_mb=1)


def test_a_photo_is_fetched_and_redirects_are_followed(host: ImageHost, settings: Settings) -> None:
    direct, moved = (fetch(host.url(name), settings).getvalue() for name in ("reef.jpg", "moved.jpg"))

    assert direct == moved
    assert direct.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("gone.jpg", "answered 404"),
        ("large.jpg", "larger than 1 MB"),
        ("endless.jpg", "larger than 1 MB"),
        ("bomb.jpg", "compressed"),
        ("loop.jpg", "redirect"),
        ("to-metadata.jpg", "169.254.169.254"),
        ("to-file.jpg", "file"),
    ],
)
def test_what_a_host_may_not_do_is_told_with_its_address(
    host: ImageHost, settings: Settings, name: str, says: str
) -> None:
    with pytest.raises(NotFetched) as refused:
        fetch(host.url(name), settings)

    assert str(refused.value).startswith(host.url(name))
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.jpg",
        "http://localhost/a.jpg",
        "http://[::1]/a.jpg",
        "http://[::ffff:127.0.0.1]/a.jpg",
        "http://10.0.0.1/a.jpg",
        "http://192.168.1.1/a.jpg",
        "http://172.16.0.1/a.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/latest/",
        "http://[fe80::1]/a.jpg",
        "http://224.0.0.1/a.jpg",
        "http://0.0.0.0/a.jpg",
        "http://100.64.0.1/a.jpg",
        "http://2130706433/a.jpg",
        "http://0177.0.0.1/a.jpg",
        "http://127.1/a.jpg",
        "http://0x7f000001/a.jpg",
        "http://\u2460\u2461\u2466.0.0.1/a.jpg",
        "http://user:secret@1.1.1.1/a.jpg",
        "http://1.1.1.1:22/a.jpg",
        "ftp://1.1.1.1/a.jpg",
        "file:///etc/passwd",
        "http:///a.jpg",
        "http://[::1/a.jpg",
        "https://reef.example:99999/a.jpg",
        "http://a\nb/a.jpg",
    ],
)
def test_what_lies_inside_and_what_is_no_address_is_never_asked(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object) -> None:
        pytest.fail("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", connect)

    with pytest.raises(NotFetched):
        fetch(url, AWAY)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([["127.0.0.1"]], id="inside"),
        pytest.param([["93.184.216.34", "10.0.0.1"]], id="half inside"),
        pytest.param([["93.184.216.34"], ["127.0.0.1"]], id="inside when asked again"),
    ],
)
def test_a_name_that_leads_inside_is_never_connected_to(
    answers: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[str] = []

    def getaddrinfo(_host: str, port: int, *_: object, **__: object) -> list[object]:
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    def connect(_self: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", connect)

    with pytest.raises(NotFetched):
        fetch("http://rebinding.example/a.jpg", AWAY)

    assert set(connected) <= {"93.184.216.34"}


def test_a_port_is_open_only_where_it_is_allowed(host: ImageHost) -> None:
    with pytest.raises(NotFetched, match="port"):
        fetch(host.url("reef.jpg"), Settings(fetch_allow=("127.0.0.0/8",)))


def test_a_host_that_drips_is_given_up(
    host: ImageHost, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_WHOLE_S", 1.0)

    with pytest.raises(NotFetched, match="took longer"):
        fetch(host.url("dripping.jpg"), settings)


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ("https://www.dropbox.com/s/x/a.jpg?dl=0", "dl=1"),
        ("https://www.dropbox.com/scl/fi/x/a.jpg?rlkey=k&dl=0", "rlkey=k&dl=1"),
        ("https://dropbox.com/s/x/a.jpg?dl=1", "dl=1"),
        ("https://notdropbox.com/s/x/a.jpg?dl=0", "dl=0"),
    ],
)
def test_a_dropbox_link_leads_to_the_file(sent: str, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def far_enough(url: str, _settings: Settings) -> None:
        seen.append(url)
        raise OSError

    monkeypatch.setattr(remote, "_fetch", far_enough)

    with pytest.raises(NotFetched):
        fetch(sent, AWAY)

    assert urlsplit(seen[0]).query == asked
