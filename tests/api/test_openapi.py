"""Test that the OpenAPI document is valid, complete, and matches what the server answers."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from coralchunk.api.openapi_headings import HEADINGS
from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
NPM = Path(sys.executable).parents[1] / "npm"  # where `make openapi` installs the linters


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


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [told for path in document["paths"].values() for told in path.values()]


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(one)


def reachable(document: dict[str, Any], start: Any) -> list[dict[str, Any]]:
    """All that is described where a part of the document begins, through its references."""
    seen: set[str] = set()
    found, waiting = [], [start]
    while waiting:
        for one in inside(waiting.pop()):
            found.append(one)
            reference = one.get("$ref")
            if isinstance(reference, str) and reference not in seen:
                seen.add(reference)
                waiting.append(document["components"]["schemas"][reference.rpartition("/")[2]])
    return found


def test_every_integer_says_how_many_bits_it_needs(document: dict[str, Any]) -> None:
    for schema in inside(document):
        kind = schema.get("type")
        if kind == "integer" or (isinstance(kind, list) and "integer" in kind):
            assert schema["format"] in {"int32", "int64"}
    accepted = document["components"]["schemas"]["Accepted"]["properties"]
    assert accepted["job_id"]["format"] == accepted["job_ids"]["items"]["format"] == "int64"
    for path in document["paths"].values():
        for told in path.values():
            ids = [one["schema"] for one in told["parameters"] if one["in"] == "path"]
            assert all(one.get("format") == "int64" for one in ids if one["type"] == "integer")


def test_answers_may_get_more_fields_and_values(document: dict[str, Any]) -> None:
    for told in operations(document):
        for schema in reachable(document, told["responses"]):
            assert schema.get("additionalProperties") is not False
            assert "enum" not in schema
    label = document["components"]["schemas"]["ChunkResult"]["properties"]["predicted_label"]
    assert label["type"] == "string"
    assert "Bleached Coral" in label["x-extensible-enum"]


def test_requests_are_strict(document: dict[str, Any]) -> None:
    body = document["components"]["schemas"]["NewSurvey"]

    assert body["additionalProperties"] is False
    assert body["properties"]["licence"]["enum"] == ["CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", None]


def test_every_operation_says_whether_it_takes_a_token(document: dict[str, Any]) -> None:
    by_id = {told["operationId"]: told["security"] for told in operations(document)}

    assert by_id["ops_health"] == by_id["results_shared_status"] == []
    assert by_id["v1_classify"] == [{"bearer": []}, {"apiKey": []}, {}]
    assert by_id["jobs_listed"] == [{"bearer": []}, {"apiKey": []}]
    assert document["servers"] == [{"url": "/", "description": "The server that serves this document"}]


def test_files_are_bytes_and_parameters_have_types(document: dict[str, Any]) -> None:
    def content(path: str) -> dict[str, Any]:
        return document["paths"][path]["get"]["responses"]["200"]["content"]

    status = {one["name"]: one for one in document["paths"]["/V1/api/status/{job_id}"]["get"]["parameters"]}
    assert content("/V1/api/result/{job_id}.png")["image/png"]["schema"]["format"] == "binary"
    assert content("/V1/api/surveys/{survey_id}/dwca.zip")["application/zip"]["schema"]["format"] == "binary"
    assert content("/V1/api/result/{job_id}.csv")["text/csv"]["schema"] == {"type": "string"}
    assert (status["wait"]["schema"]["type"], status["wait"]["schema"]["maximum"]) == ("integer", 20)
    assert status["include"]["schema"]["items"]["enum"] == ["summary", "chunks", "image"]
    assert (status["include"]["style"], status["include"]["explode"]) == ("form", False)


@pytest.mark.parametrize(
    ("linter", "arguments"),
    [
        pytest.param("redocly", ["lint", "{}", "--config", "redocly.yaml"], id="redocly"),
        pytest.param(
            "spectral",
            ["lint", "{}", "--ruleset", ".spectral.yaml", "--fail-severity", "warn"],
            id="spectral",
        ),
    ],
)
def test_linters_find_nothing(
    document: dict[str, Any], tmp_path: Path, linter: str, arguments: list[str]
) -> None:
    command = shutil.which(linter, path=f"{NPM}/node_modules/.bin") or shutil.which(linter)
    if command is None:
        pytest.skip(f"{linter} is not installed; `make openapi` installs it")
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document, indent=1))

    told = subprocess.run(
        [command, *(argument.format(file) for argument in arguments)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 4,
    )

    assert told.returncode == 0, told.stdout + told.stderr


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


def test_every_heading_says_what_its_operations_are_for(document: dict[str, Any]) -> None:
    used = {tag for path in document["paths"].values() for one in path.values() for tag in one["tags"]}

    assert used == set(HEADINGS)
    assert {tag["name"]: tag["description"] for tag in document["tags"]} == HEADINGS
