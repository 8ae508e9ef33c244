"""Test that the reference covers every operation, and that the samples run."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from coralchunk.web.reference import bodies, groups
from coralchunk.web.samples import samples
from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import PATIENCE_S


def test_every_operation_is_in_the_docs_and_in_the_reference(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    overview = client.get("/docs").get_data(as_text=True)
    reference = client.get("/docs/reference").get_data(as_text=True)

    told = {(path, method) for path, operations in document["paths"].items() for method in operations}
    assert len(told) > 31
    for path, method in told:
        assert f"<code>{method.upper()} {path}</code>" in overview
        assert f"<code>{method.upper()} {path}</code>" in reference
    links = set(re.findall(r'href="/docs/reference#([^"]+)"', overview))
    assert links <= set(re.findall(r'id="([^"]+)"', reference))


def test_the_mobile_contract_comes_first(client: FlaskClient) -> None:
    entries = [entry for group in groups(client.get("/openapi.json").get_json()) for entry in group.entries]

    photos = [f"{entry.method} {entry.path}" for entry in entries][:3]
    assert photos == [
        "POST /V1/api/classify",
        "GET /V1/api/status/{job_id}",
        "DELETE /V1/api/classify/{job_id}",
    ]


def test_the_reference_tells_parameters_bodies_and_answers(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    entries = {entry.anchor: entry for group in groups(document) for entry in group.entries}
    fields = {body.name: {row.name: row for row in body.fields} for body in bodies(document)}

    status = {row.name: row for row in entries["v1_status"].parameters}
    assert status["wait"].kind == "integer (int32)"
    assert status["include"].kind == "list of 'summary' or 'chunks' or 'image'"
    assert status["job_id"].is_required
    assert entries["surveys_begin"].sends is not None
    assert entries["surveys_begin"].sends.body == "NewSurvey"
    assert {answer.status for answer in entries["v1_classify"].answers} >= {"200", "400", "413", "415", "422"}
    assert (entries["ops_health"].token, entries["jobs_listed"].token) == (
        "Needs no token.",
        "Needs a token.",
    )
    assert fields["Accepted"]["job_id"].kind == "integer (int64)"
    assert fields["SurveyList"]["surveys"].body == "SurveyResponse"
    assert fields["NewSurvey"]["licence"].kind.endswith("or null")


def test_every_link_inside_the_reference_leads_somewhere(client: FlaskClient) -> None:
    page = client.get("/docs/reference").get_data(as_text=True)

    anchors = re.findall(r'id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "reef.jpg").write_bytes(jpeg(500, 300))
    return tmp_path


def code(server: RunningServer, language: str) -> str:
    base_url = f"http://127.0.0.1:{server.port}"
    (sample,) = [one for one in samples(base_url) if one.language == language]
    assert base_url in sample.code
    return sample.code


def test_the_curl_sample_runs(server: RunningServer, place: Path) -> None:
    subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", code(server, "curl")],
        cwd=place,
        check=True,
        timeout=PATIENCE_S,
    )

    assert json.loads((place / "status.json").read_text())["status"] == "completed"
    assert (place / "map.png").read_bytes().startswith(b"\x89PNG")


def test_the_python_sample_runs(server: RunningServer, place: Path) -> None:
    script = f"{code(server, 'Python')}\n\nimport json\nprint(json.dumps(classify('reef.jpg')))\n"

    told = subprocess.check_output([sys.executable, "-c", script], cwd=place, timeout=PATIENCE_S)

    assert json.loads(told)["total_chunks"] == 6


def test_the_javascript_sample_runs(server: RunningServer, place: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    (place / "sample.mjs").write_text(code(server, "JavaScript"))
    (place / "run.mjs").write_text(
        'import { readFile } from "node:fs/promises";\n'
        'import { classify } from "./sample.mjs";\n'
        'console.log(JSON.stringify(await classify(new Blob([await readFile("reef.jpg")]))));\n'
    )

    told = subprocess.check_output([node, "run.mjs"], cwd=place, timeout=PATIENCE_S)

    assert json.loads(told)["total_chunks"] == 6
