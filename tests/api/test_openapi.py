"""Test that the OpenAPI document is valid, complete, and matches what the server answers."""

import re
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.reef import jpeg
from tests.server import RunningServer


@pytest.fixture(scope="module")
def document(server: RunningServer) -> dict[str, Any]:
    return server.client.get("/openapi.json").json()


def described(document: dict[str, Any], path: str, answer: httpx.Response) -> Draft202012Validator:
    """Return what the document says an answer looks like."""
    operation = document["paths"][path][answer.request.method.lower()]
    content = operation["responses"][str(answer.status_code)]["content"]
    schema = content[answer.headers["Content-Type"]]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_the_document_lists_exactly_the_routes_of_the_api(
    document: dict[str, Any], client: FlaskClient
) -> None:
    routes = {
        (re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith(("/V1/", "/api/", "/v0.7/"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    told = {
        (path, method)
        for path, operations in document["paths"].items()
        if path.startswith(("/V1/", "/api/", "/v0.7/"))
        for method in operations
    }

    assert told == routes
    assert ("/V1/api/classify", "post") in told


def test_every_operation_says_what_it_does_and_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    operations = [told for path in document["paths"].values() for told in path.values()]

    assert all(told["summary"].endswith(".") or told["summary"].endswith(":") for told in operations)
    assert len({told["operationId"] for told in operations}) == len(operations)


def test_answers_are_as_described(server: RunningServer, document: dict[str, Any]) -> None:
    accepted = server.client.post("/V1/api/classify", files={"image": ("reef.jpg", jpeg(500, 300))})
    job_id = accepted.json()["job_id"]
    with server.workers_halted():
        waiting = server.submit(jpeg(300, 300))
        queued = server.client.get(f"/V1/api/status/{waiting}")
        early = server.client.get(f"/V1/api/result/{waiting}.png")
    server.completed(job_id)
    answers = [
        ("/V1/api/health", server.client.get("/V1/api/health")),
        ("/V1/api/ready", server.client.get("/V1/api/ready")),
        ("/V1/api/classify", accepted),
        ("/V1/api/status/{job_id}", queued),
        ("/V1/api/status/{job_id}", server.client.get(f"/V1/api/status/{job_id}")),
        ("/V1/api/status/{job_id}", server.client.get(f"/V1/api/status/{job_id}?include=")),
        ("/V1/api/status/{job_id}", server.client.get(f"/V1/api/status/{job_id}?include=x")),
        ("/V1/api/status/{job_id}", server.client.get("/V1/api/status/1")),
        ("/V1/api/result/{job_id}.png", early),
        ("/V1/api/result/{job_id}.png", server.client.get("/V1/api/result/1.png")),
        ("/V1/api/classify", server.client.post("/V1/api/classify")),
        ("/V1/api/classify", server.client.post("/V1/api/classify", files={"image": b"BM" + b"\0" * 90})),
        ("/V1/api/classify", server.client.post("/V1/api/classify", files={"image": b"no photo"})),
        ("/V1/api/classify/{job_id}", server.client.delete(f"/V1/api/classify/{job_id}")),
        ("/V1/api/classify/{job_id}", server.client.delete(f"/V1/api/classify/{job_id}")),
    ]

    errors = {
        (path, answer.status_code): [
            error.message for error in described(document, path, answer).iter_errors(answer.json())
        ]
        for path, answer in answers
    }

    assert {place: told for place, told in errors.items() if told} == {}
    assert {status for _, status in errors} >= {200, 400, 404, 409, 415, 422}
