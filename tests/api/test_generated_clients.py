"""Test clients that are generated from the OpenAPI document; the generators come with `make openapi`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.slow

VENV = Path(sys.executable).parents[1]
PYTHON_CLIENT = """
import io, json, sys
from reef_client.api.photos import v1_classify, v1_status
from reef_client.client import Client
from reef_client.models.upload import Upload
from reef_client.types import File

client = Client(base_url=sys.argv[1])
photo = File(payload=io.BytesIO(open(sys.argv[2], "rb").read()), file_name="reef.jpg", mime_type="image/jpeg")
job_id = v1_classify.sync(client=client, body=Upload(image=photo)).job_id
while (status := v1_status.sync(job_id, client=client, wait=20)).status not in {"completed", "error"}:
    pass
print(json.dumps([status.status, status.summary.total_chunks, status.chunks[0].predicted_label]))
"""
TYPESCRIPT_USE = """
import type { components } from "./api";
type Bodies = components["schemas"];
const accepted: Bodies["Accepted"] = { job_id: 4503599627370496 };
const label: Bodies["ChunkResult"]["predicted_label"] = "A label of a later version";
const survey: Bodies["NewSurvey"] = { name: "Flynn", date: "2026-01-31" };
export { accepted, label, survey };
"""


def tool(folder: str, name: str) -> str:
    found = shutil.which(name, path=str(VENV / folder))
    if found is None:
        pytest.skip(f"{name} is not installed; `make openapi` installs it")
    return found


def run(*command: str, cwd: Path) -> str:
    told = subprocess.run(
        command, cwd=cwd, check=False, capture_output=True, text=True, timeout=PATIENCE_S * 10
    )
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
    return told.stdout


@pytest.fixture
def document(server: RunningServer, tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(server.client.get("/openapi.json").text)
    return path


def test_typescript_types_compile_and_know_the_fields(document: Path, tmp_path: Path) -> None:
    generate, compile_ = (tool("npm/node_modules/.bin", name) for name in ("openapi-typescript", "tsc"))
    run(generate, str(document), "-o", "api.ts", cwd=tmp_path)
    (tmp_path / "use.ts").write_text(TYPESCRIPT_USE)

    run(compile_, "--noEmit", "--strict", "--target", "es2022", "use.ts", cwd=tmp_path)


def test_a_python_client_sends_a_photo_and_reads_its_result(
    server: RunningServer, document: Path, tmp_path: Path
) -> None:
    generate, python = (tool("generators/bin", name) for name in ("openapi-python-client", "python"))
    place = str(tmp_path / "reef_client")
    run(generate, "generate", "--path", str(document), "--output-path", place, "--meta", "none", cwd=tmp_path)
    (tmp_path / "reef.jpg").write_bytes(jpeg(500, 300))
    (tmp_path / "use.py").write_text(PYTHON_CLIENT)

    told = run(python, "use.py", f"http://127.0.0.1:{server.port}", "reef.jpg", cwd=tmp_path)

    status, total_chunks, label = json.loads(told)
    assert (status, total_chunks) == ("completed", 6)
    assert label in {"Bleached Coral", "Healthy Coral", "Not Coral", "Unsure"}


@pytest.mark.parametrize(
    ("language", "model", "integer", "text"),
    [
        pytest.param(
            "kotlin", "Accepted.kt", "val jobId: kotlin.Long", "predictedLabel: kotlin.String", id="Kotlin"
        ),
        pytest.param("swift6", "Accepted.swift", "var jobId: Int64", "predictedLabel: String", id="Swift"),
        pytest.param(
            "java", "Accepted.java", "private Long jobId", "private String predictedLabel", id="Java"
        ),
    ],
)
def test_mobile_clients_hold_ids_in_64_bits_and_any_label(
    document: Path, tmp_path: Path, language: str, model: str, integer: str, text: str
) -> None:
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    generate = tool("generators/bin", "openapi-generator-cli")

    run(generate, "generate", "-i", str(document), "-g", language, "-o", "client", cwd=tmp_path)

    (accepted,) = (tmp_path / "client").rglob(model)
    (chunk,) = (tmp_path / "client").rglob(model.replace("Accepted", "ChunkResult"))
    assert integer in accepted.read_text()
    assert text in chunk.read_text()
