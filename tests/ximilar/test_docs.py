"""Test that the examples of the page about Ximilar's API work, from top to bottom."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.reef import jpeg
from tests.server import client_environment
from tests.training.textures import texture
from tests.waiting import PATIENCE_S
from tests.ximilar.conftest import NewUser

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "ximilar.md"
FENCE = re.compile(r"^```(?P<language>sh|python)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_page_work(tmp_path: Path, endpoint: str, new_user: NewUser) -> None:
    for name, drawn in (("coral", "dots"), ("sand", "stripes")):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(20):
            Image.fromarray(texture(drawn, number)).save(tmp_path / "pictures" / name / f"{number}.jpg")
    (tmp_path / "reef.jpg").write_bytes(jpeg(300, 200, seed=7))
    (tmp_path / ".curlrc").write_text("fail-with-body\n")
    settings = {"XIMILAR_URL": endpoint, "XIMILAR_TOKEN": new_user(), "CURL_HOME": str(tmp_path)}
    printed = ""

    for example in FENCE.finditer(PAGE.read_text()):
        runs = [sys.executable, "-c"] if example["language"] == "python" else ["bash", "-euc"]
        said = subprocess.run(
            [*runs, example["code"]],
            cwd=tmp_path,
            env=client_environment() | settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        assert said.returncode == 0, f"{example['code']}{said.stdout}{said.stderr}"
        printed += said.stdout

    assert "IN_TRAINING" in printed
    assert re.search(r"^coral 0\.\d+\nsand 0\.\d+$|^coral 1\.0\nsand ", printed, re.MULTILINE)
    assert '"meta_data":{"site":"Flynn"}' in printed.replace(" ", "")
    assert '"count":41' in printed.replace(" ", "")
