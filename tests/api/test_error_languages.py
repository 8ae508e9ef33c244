"""Test that errors of the V1 API are in the language that a client asks for, and others in English."""

import httpx
import pytest

from tests.server import RunningServer


def refused(server: RunningServer, path: str, content: bytes, **headers: str) -> httpx.Response:
    return server.client.post(path, files={"image": ("reef.jpg", content)}, headers=headers)


@pytest.mark.parametrize(
    ("asked", "spoken", "detail"),
    [
        pytest.param(
            "es-MX, en;q=0.5", "es", "Este archivo no es una foto: empieza por b'text'.", id="Spanish"
        ),
        pytest.param("ja", None, "This file is not a photo: it begins with b'text'.", id="missing language"),
        pytest.param("", None, "This file is not a photo: it begins with b'text'.", id="no language"),
    ],
)
def test_only_the_detail_of_an_error_is_translated(
    server: RunningServer, asked: str, spoken: str | None, detail: str
) -> None:
    answer = refused(server, "/V1/api/classify", b"text", **{"Accept-Language": asked})

    told = answer.json()
    assert answer.status_code == 422
    assert told["detail"].startswith(detail)
    assert told["title"] == "NotAnImage"
    assert told["type"] == "/docs#NotAnImage"
    assert told["error"].startswith("This file is not a photo: it begins with b'text'.")
    assert answer.headers.get("Content-Language") == spoken
    assert "Accept-Language" in answer.headers["Vary"]


def test_facts_that_are_words_are_translated_too(server: RunningServer) -> None:
    cut = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)

    answer = refused(server, "/V1/api/classify", cut, **{"Accept-Language": "fr"})

    detail = answer.json()["detail"]
    assert detail.startswith("Ce fichier JPEG est endommagé ou incomplet (")


def test_other_apis_answer_in_english(server: RunningServer) -> None:
    headers = {"Accept-Language": "es"}

    answer = server.client.post("/recognition/v2/classify", json={}, headers=headers)

    assert "Content-Language" not in answer.headers
    assert answer.status_code == 401
    assert answer.json()["detail"].startswith("This request needs a token.")
