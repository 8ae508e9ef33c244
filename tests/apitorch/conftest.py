"""A running server that may fetch from a host of textures, two users, and the unmodified client."""

import io
import logging
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from apitorch.utils import set_api_key, set_log_level

from tests.reef import encoded
from tests.server import RunningServer, serving
from tests.training.textures import texture
from tests.users import add_user_with_token
from tests.waiting import wait_for

NAMES = ("stripes", "odd dots")


class TextureHost:
    """Offers /<texture>-<seed>.png on a free port; all else is missing."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.port = self._server.server_address[1]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name, _, seed = self.path.strip("/").removesuffix(".png").rpartition("-")
        if not seed.isdigit():
            self.send_error(404)
            return
        body = b"no image" if name == "words" else png(name, int(seed))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def png(name: str, seed: int) -> bytes:
    return encoded(texture(name, seed), "PNG")


@pytest.fixture(scope="session")
def textures() -> Iterator[TextureHost]:
    running = TextureHost()
    yield running
    running.close()


@pytest.fixture(scope="session")
def torch_server(tmp_path_factory: pytest.TempPathFactory, textures: TextureHost) -> Iterator[RunningServer]:
    settings = {"FETCH_URLS": "1", "FETCH_ALLOW": f"127.0.0.1:{textures.port}"}
    with serving(tmp_path_factory.mktemp("apitorch") / "data", **settings) as running:
        yield running


@pytest.fixture(scope="session")
def key(torch_server: RunningServer) -> str:
    return add_user_with_token(torch_server, "ana")


@pytest.fixture(scope="session")
def other_key(torch_server: RunningServer) -> str:
    return add_user_with_token(torch_server, "ben")


@pytest.fixture
def raw(torch_server: RunningServer, key: str) -> Iterator[httpx.Client]:
    """Asks as curl does."""
    base = f"http://127.0.0.1:{torch_server.port}/api/"
    with httpx.Client(base_url=base, auth=(key, ""), timeout=120) as client:
        yield client


@pytest.fixture
def kit(torch_server: RunningServer, key: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the client up for ana; call it with another key to act as another user."""
    monkeypatch.setenv("APITORCH_BASE_URL", f"http://127.0.0.1:{torch_server.port}/api/")
    monkeypatch.setenv("APITORCH_API_KEY", key)
    set_log_level(logging.CRITICAL)
    return set_api_key


@pytest.fixture
def new_set(raw: httpx.Client) -> Callable[..., int]:
    """Makes a training set with these numbers of pictures of each label."""

    def make(name: str, **counts: int) -> int:
        set_id: int = raw.post("training-sets", json={"name": name, "description": "Tests"}).json()["id"]
        for label, count in counts.items():
            for seed in range(count):
                file = {"image": (f"{label}-{seed}.png", io.BytesIO(png(label, seed)))}
                answer = raw.post(f"training-set/{set_id}/{label}/image", files=file)
                assert answer.status_code == 200, answer.text
        return set_id

    return make


def train(raw: httpx.Client, set_id: int) -> dict[str, object]:
    """Train a set, and wait for the end. Returns the last status."""
    begun = raw.post(f"training-set/{set_id}/train")
    assert begun.status_code == 202, begun.text
    status: dict[str, object] = {}

    def is_over() -> bool:
        status.update(raw.get(begun.headers["Location"]).json())
        return status["state"] != "training"

    wait_for(is_over, "the end of the training")
    return status


@pytest.fixture(scope="session")
def trained(torch_server: RunningServer, key: str) -> int:
    """A trained set of two textures and a label that is left out; its slug is `two-textures`."""
    base = f"http://127.0.0.1:{torch_server.port}/api/"
    with httpx.Client(base_url=base, auth=(key, ""), timeout=120) as client:
        set_id: int = client.post("training-sets", json={"name": "Two textures"}).json()["id"]
        for label, count in (("stripes", 8), ("dots", 8), ("clouds", 1)):
            for seed in range(count):
                file = {"image": ("x.png", png(label, seed))}
                assert client.post(f"training-set/{set_id}/{label}/image", files=file).status_code == 200
        assert train(client, set_id)["state"] == "trained"
    return set_id


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "stripes.png"
    path.write_bytes(png("stripes", 77))
    return str(path)
