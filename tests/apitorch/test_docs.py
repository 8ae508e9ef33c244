"""Test that the examples of docs/apitorch.md work from top to bottom, on a running server."""

import re
import subprocess
import sys
from pathlib import Path

from tests.apitorch.conftest import TextureHost, png
from tests.docs.test_examples import FENCE, ROOT
from tests.server import RunningServer, client_environment
from tests.users import add_user_with_token
from tests.waiting import PATIENCE_S


def test_the_examples_work(torch_server: RunningServer, textures: TextureHost, tmp_path: Path) -> None:
    (tmp_path / "stripes").mkdir()
    for number in range(8):
        (tmp_path / f"stripes/{number}.png").write_bytes(png("stripes", number))
    (tmp_path / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
    base = f"http://127.0.0.1:{torch_server.port}"
    keys = {
        "APITORCH_BASE_URL": f"{base}/api/",
        "APITORCH_API_KEY": add_user_with_token(torch_server, "reader"),
    }
    page = (ROOT / "docs/apitorch.md").read_text()
    printed = ""

    for example in FENCE.finditer(page):
        code = example["code"].replace("http://localhost:5001", base)
        code = code.replace("https://reef.example/", textures.url(""))
        is_shell = example["language"] == "sh"
        done = subprocess.run(
            ["bash", "-euc", code] if is_shell else [sys.executable, "-c", code],
            cwd=tmp_path,
            env=client_environment() | keys | {"CURL_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * PATIENCE_S,
        )
        assert done.returncode == 0, f"{code}{done.stdout}{done.stderr}"
        printed += done.stdout

    assert '"message":"ok"' in printed
    assert "'my-textures'" in printed
    assert re.search(r'"confidence_value":"[01]\.\d{4}"', printed)
    assert len(list((tmp_path / "downloads/my-textures").rglob("*.png"))) == 16
    assert "reader: The zebras are missing" in torch_server.command("feedback")
