"""Provide the maker's client, unmodified, and plain HTTP, against the shared server."""

import base64
import secrets
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from ximilar.client.recognition import RecognitionClient

from tests.server import RunningServer
from tests.users import add_user_with_token

Ask = Callable[..., httpx.Response]
NewUser = Callable[[], str]


@pytest.fixture(scope="session")
def endpoint(server: RunningServer) -> str:
    """Where the client asks; it calls its maker unless this contains `localhost`."""
    return f"http://localhost:{server.port}/"


@pytest.fixture(scope="session")
def new_user(server: RunningServer) -> NewUser:
    """Creates a new user, and returns a token of theirs."""

    def make() -> str:
        name = f"user-{secrets.token_hex(6)}"
        return add_user_with_token(server, name)

    return make


@pytest.fixture(scope="module")
def token(new_user: NewUser) -> str:
    """A token of a user that the tests of a module share."""
    return new_user()


@pytest.fixture
def client(token: str, endpoint: str) -> RecognitionClient:
    return RecognitionClient(token, endpoint=endpoint)


@pytest.fixture
def stranger(server_token: str, endpoint: str) -> RecognitionClient:
    """The client of another user."""
    return RecognitionClient(server_token, endpoint=endpoint)


@pytest.fixture
def ask(server: RunningServer, token: str) -> Ask:
    """Asks with plain HTTP; the path is below /recognition/v2/ unless it begins with a slash."""

    def send(method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Token {token}"} | options.pop("headers", {})
        address = path if path.startswith("/") else f"/recognition/v2/{path}"
        return server.client.request(method, address, headers=headers, **options)

    return send


def picture(width: int = 64, height: int = 48, form: str = "JPEG") -> bytes:
    """Draw a file that no other test has."""
    pixels = np.random.default_rng(secrets.randbits(64)).integers(0, 256, (height, width, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).save(file, form)
    return file.getvalue()


def base64_of(content: bytes) -> str:
    """Write bytes as base64."""
    return base64.b64encode(content).decode()


@pytest.fixture
def picture_file(tmp_path: Path) -> str:
    """A small file of an image, which the client sends as it is."""
    path = tmp_path / "reef.jpg"
    path.write_bytes(picture())
    return str(path)
