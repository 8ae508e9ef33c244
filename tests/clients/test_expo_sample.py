"""Test the sample of a mobile app: its types, and that its client sends a photo and reads the result."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import PATIENCE_S

SAMPLE = Path(__file__).parents[2] / "clients" / "expo"
VENV = Path(sys.executable).parents[1]
USE = """
import { readFileSync } from "node:fs";
import { pictureOf, result, submit } from "./coralchunk.js";

const server = { url: process.argv[2], token: null };
const photo = new Blob([readFileSync("reef.jpg")], { type: "image/jpeg" });
const jobs = [await submit(server, photo, "one-key"), await submit(server, photo, "one-key")];
let last = 0;
const summary = await result(server, jobs[0], (share) => { last = share; });
const picture = await fetch(pictureOf(server, jobs[0]));
const refused = await submit(server, new Blob(["no photo"]), "other").catch((error) => error.message);
console.log(JSON.stringify({ jobs, last, summary, picture: picture.headers.get("Content-Type"), refused }));
"""


def run(*command: str, cwd: Path) -> str:
    told = subprocess.run(
        command, cwd=cwd, check=False, capture_output=True, text=True, timeout=PATIENCE_S * 2
    )
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-3000:]
    return told.stdout


def test_the_client_of_the_sample_sends_a_photo_once_and_reads_its_result(
    server: RunningServer, tmp_path: Path
) -> None:
    node = shutil.which("node")
    tsc = VENV / "npm" / "node_modules" / ".bin" / "tsc"
    if node is None or not tsc.exists():
        pytest.skip("Node or TypeScript is not installed; `make openapi` installs it")
    shutil.copy(SAMPLE / "coralchunk.ts", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "reef.jpg").write_bytes(jpeg(500, 300))
    (tmp_path / "use.js").write_text(USE)
    run(
        str(tsc), "--strict", "--target", "es2022", "--module", "es2022", "--lib", "es2022,dom",
        "coralchunk.ts", cwd=tmp_path,
    )  # fmt: skip

    told = json.loads(run(node, "use.js", str(server.client.base_url).rstrip("/"), cwd=tmp_path))

    assert told["jobs"][0] == told["jobs"][1]
    assert (told["last"], told["summary"]["total_chunks"], told["picture"]) == (1, 6, "image/png")
    assert "photo" in told["refused"]


def test_the_sample_agrees_with_the_types_of_react_native_and_expo(tmp_path: Path) -> None:
    modules = VENV / "expo" / "node_modules"
    if not (modules / ".bin" / "tsc").exists():
        pytest.skip("the types of Expo are not installed; `make expo` installs them")
    for path in SAMPLE.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    (tmp_path / "node_modules").symlink_to(modules)

    run(str(modules / ".bin" / "tsc"), cwd=tmp_path)


def test_the_sample_stays_short() -> None:
    assert len((SAMPLE / "App.tsx").read_text().splitlines()) <= 100
