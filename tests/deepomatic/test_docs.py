"""The examples of docs/deepomatic.md run as they stand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "deepomatic.md"
EXAMPLE = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(language: str) -> str:
    return "\n".join(code for kind, code in EXAMPLE.findall(PAGE.read_text()) if kind == language)


@pytest.fixture
def reader(network_server: RunningServer, key: str, tmp_path: Path) -> dict[str, object]:
    """What a reader of the page has: a photo, the address and a key."""
    (tmp_path / "reef.jpg").write_bytes(jpeg(500, 300))
    address = f"http://127.0.0.1:{network_server.port}"
    surroundings = {**os.environ, "DEEPOMATIC_API_URL": address, "DEEPOMATIC_API_KEY": key}  # noqa: TID251
    return {"cwd": tmp_path, "env": surroundings, "text": True, "timeout": PATIENCE_S}


def test_the_python_examples_run_one_after_another(reader: dict[str, object]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", examples("python")], check=False, capture_output=True, **reader
    )  # type: ignore[call-overload]

    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[:2] == ["coralchunk-lite0", "coralchunk-lite0-chunks"]
    assert "'label_name': 'blue'" in lines[-1]


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
def test_the_shell_example_gives_a_task(reader: dict[str, object]) -> None:
    def result() -> str:
        # A person would ask for a task that is pending once more; here all is asked again.
        ran = subprocess.run(["/bin/sh", "-c", examples("sh")], check=False, stdout=subprocess.PIPE, **reader)  # type: ignore[call-overload]
        return str(ran.stdout) if '"success"' in ran.stdout else ""

    assert '"predicted"' in wait_for(result, "the result")
