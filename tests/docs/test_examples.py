"""Test that the shell and Python examples of the documentation work on a real server."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reef import jpeg
from tests.server import COMMAND, RunningServer, client_environment
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(?P<language>sh|python)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE_ID = "4503599627370496"
PHOTO = jpeg(976, 732, seed=7)  # four by three chunks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the photos that the examples name."""
    (tmp_path / "reef.jpg").write_bytes(PHOTO)
    for place in ("photos/1", "labelled/bleached/1", "labelled/healthy/1", "labelled/not_coral/1"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / f"{place}.jpg").write_bytes(PHOTO)
    (tmp_path / ".curlrc").write_text(
        "fail-with-body\nsilent\nshow-error\n"
    )  # an HTTP error fails the example
    return tmp_path


def run_examples(page: str, folder: Path, server: RunningServer) -> str:
    """Run the examples of a page from top to bottom, and return what they printed."""
    printed, job_id, before = "", EXAMPLE_ID, ""
    for example in FENCE.finditer((ROOT / page).read_text()):
        code = example["code"].replace("http://localhost:5001", str(server.client.base_url).rstrip("/"))
        code = code.replace(".venv/bin/coralchunk", COMMAND).replace(EXAMPLE_ID, job_id)
        command = (
            [sys.executable, "-c", code]
            if example["language"] == "python"
            else ["bash", "-euc", before + code]
        )
        said = subprocess.run(
            command,
            cwd=folder,
            env=client_environment(DATA_DIR=str(folder / "data"))
            | {"CURL_HOME": str(folder), "PYTHONPATH": str(ROOT / "clients/python/src")},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        assert said.returncode == 0, f"{page}: {example['code']}{said.stdout}{said.stderr}"
        printed += said.stdout
        before += "".join(line + "\n" for line in code.splitlines() if re.match(r"[A-Z_]+=", line))
        if said.stdout.startswith('{"job_id"'):
            job_id = str(json.loads(said.stdout)["job_id"])
            server.completed(int(job_id))  # a reader waits for the end before asking for the picture
    return printed


@pytest.mark.slow
def test_the_examples_of_the_readme_work(folder: Path, server: RunningServer) -> None:
    printed = run_examples("README.md", folder, server)

    assert '"job_id"' in printed


@pytest.mark.slow
def test_the_examples_of_getting_started_work(folder: Path, server: RunningServer) -> None:
    printed = run_examples("docs/getting-started.md", folder, server)

    assert '"status":"completed"' in printed
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")
    assert len((folder / "chunks.csv").read_text().splitlines()) == 1 + 12
    assert '{"status":"success"}' in printed
    assert "of 12 chunks look bleached" in printed
    assert (folder / "results" / "summary.csv").is_file()


@pytest.mark.slow
def test_the_examples_of_the_python_client_work(folder: Path, server: RunningServer) -> None:
    printed = run_examples("docs/python-client.md", folder, server)

    assert "12 chunks" in printed
    assert len((folder / "flynn.csv").read_text().splitlines()) == 1 + 1


@pytest.mark.slow
def test_the_examples_of_the_model_page_work(folder: Path, server: RunningServer) -> None:
    printed = run_examples("docs/model.md", folder, server)

    assert "balanced accuracy" in printed
