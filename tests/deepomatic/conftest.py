"""A running server, the official client with two users' keys, and plain HTTP with the first one's."""

from collections.abc import Iterator

import httpx
import pytest
from deepomatic.api.client import Client

from tests.coralnet.host import ImageHost
from tests.server import RunningServer
from tests.users import add_user, create_token
from tests.waiting import PATIENCE_S


@pytest.fixture(scope="session")
def host() -> Iterator[ImageHost]:
    running = ImageHost()
    yield running
    running.close()


@pytest.fixture(scope="session")
def network_server(tmp_path_factory: pytest.TempPathFactory, host: ImageHost) -> Iterator[RunningServer]:
    """A server that may fetch from the host, with networks' limits low enough to be met."""
    running = RunningServer(
        tmp_path_factory.mktemp("deepomatic") / "data",
        FETCH_URLS="1",
        FETCH_ALLOW=f"127.0.0.1:{host.port}",
        NETWORK_MAX_MB="2",
        NETWORK_TIMEOUT="5",
        RATE_LIMIT="off",
    )
    running.start()
    try:
        for name in ("ana", "ben"):
            add_user(running, name)
        yield running
    finally:
        running.destroy()


@pytest.fixture(scope="session")
def key(network_server: RunningServer) -> str:
    return create_token(network_server, "ana")


@pytest.fixture(scope="session")
def other_key(network_server: RunningServer) -> str:
    return create_token(network_server, "ben")


@pytest.fixture(scope="session")
def client(network_server: RunningServer, key: str) -> Client:
    return Client(api_key=key, host=f"http://127.0.0.1:{network_server.port}")


@pytest.fixture(scope="session")
def other_client(network_server: RunningServer, other_key: str) -> Client:
    return Client(api_key=other_key, host=f"http://127.0.0.1:{network_server.port}/")


@pytest.fixture(scope="session")
def http(network_server: RunningServer, key: str) -> Iterator[httpx.Client]:
    """Plain HTTP, which follows no redirect."""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{network_server.port}/v0.7",
        headers={"X-API-KEY": key},
        timeout=PATIENCE_S,
        follow_redirects=False,
    ) as plain:
        yield plain
