"""Test which model classifies a photo: the server's, the one that is named, or the default of a token."""

import secrets

import pytest

from tests.reef import jpeg
from tests.server import RunningServer
from tests.users import add_user_with_token

SERVERS, OLDER = "coralchunk-lite0-1.1.1", "coralchunk-lite0-0.3.0"


@pytest.fixture(scope="module")
def headers(server: RunningServer) -> dict[str, str]:
    """The token of a user of its own."""
    name = f"user-{secrets.token_hex(4)}"
    return {"Authorization": f"Token {add_user_with_token(server, name)}"}


def model_of(server: RunningServer, **options: object) -> str:
    """Send a photo. Returns the label of the model that classified it."""
    sent = server.client.post("/V1/api/classify", files={"image": jpeg(300, 300)}, **options)
    assert sent.status_code == 200, sent.text
    model = server.completed(sent.json()["job_id"])["summary"]["model"]
    return f"{model['name']}-{model['version']}"


def test_a_photo_is_classified_by_the_model_that_is_named(server: RunningServer) -> None:
    assert model_of(server) == SERVERS
    assert model_of(server, data={"model": OLDER}) == OLDER
    assert model_of(server, params={"model": OLDER}) == OLDER
    assert model_of(server, data={"model": SERVERS}) == SERVERS


def test_the_default_of_a_token_holds_for_its_photos_alone(
    server: RunningServer, headers: dict[str, str]
) -> None:
    chosen = server.client.put("/V1/api/models/default", json={"model": OLDER}, headers=headers)
    found = [model_of(server, headers=headers), model_of(server)]
    named = model_of(server, headers=headers, data={"model": SERVERS})
    server.client.put("/V1/api/models/default", json={"model": None}, headers=headers)

    assert chosen.json()["default"] == OLDER
    assert {one["model"] for one in chosen.json()["models"]} >= {OLDER, SERVERS}
    assert (found, named) == ([OLDER, SERVERS], SERVERS)
    assert server.client.get("/V1/api/models", headers=headers).json()["default"] == SERVERS
    assert model_of(server, headers=headers) == SERVERS


@pytest.mark.parametrize("model", ["reef", "classifier-1-1", "x" * 151])
def test_other_models_are_refused_by_name(server: RunningServer, headers: dict[str, str], model: str) -> None:
    sent = server.client.post("/V1/api/classify", files={"image": jpeg(300, 300)}, data={"model": model})
    default = server.client.put("/V1/api/models/default", json={"model": model}, headers=headers)

    assert (sent.status_code, default.status_code) == (400, 400)
    assert SERVERS in sent.json()["detail"]
