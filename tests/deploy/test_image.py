"""Test what the Dockerfile and compose.yaml say; `make image` builds the image and runs it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from coralchunk.cli.commands import commands
from coralchunk.config import VARIABLES
from tests.object_store import WEED, ObjectStoreServer
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
HADOLINT = Path(sys.executable).with_name("hadolint")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text())["services"])


def own(services: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in services.items() if service["image"] == "coralchunk"}


def test_hadolint_has_nothing_against_the_dockerfile() -> None:
    if not HADOLINT.exists():
        pytest.skip("hadolint is not installed; pip install 'coralchunk[dev]'")
    said = subprocess.run(
        [HADOLINT, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (said.returncode, said.stdout) == (0, "")


def test_the_image_gets_every_package_that_setup_cfg_asks_for() -> None:
    said = subprocess.run(
        [sys.executable, "deploy/requirements.py", "setup.cfg", "s3", "postgres", "otel"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    ).stdout.splitlines()

    assert {"flask>=3.1", "boto3>=1.40", "psycopg[binary]>=3.2"} <= set(said)
    assert all(re.match(r"^[A-Za-z]", line) for line in said)


def test_every_foreign_image_is_pinned(services: dict[str, Any]) -> None:
    images = [service["image"] for service in services.values() if service["image"] != "coralchunk"]
    images += re.findall(r"^ARG BASE=(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert len(images) == 5
    assert all(re.search(r":\d+\.\d+", image) for image in images)


def test_every_role_is_a_command_with_settings_that_exist(services: dict[str, Any]) -> None:
    assert {service["command"][0] for service in own(services).values()} == {
        "web",
        "worker",
        "sweep",
        "migrate",
    }
    for service in own(services).values():
        (command,) = service["command"]
        assert commands.get_command(None, command) is not None  # type: ignore[arg-type]
        named = {name for name in service["environment"] if not name.startswith("AWS_")}
        assert named <= set(VARIABLES.values())
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]


def test_the_probes_ask_the_ports_that_are_set(services: dict[str, Any]) -> None:
    port = services["worker"]["environment"][VARIABLES["metrics_port"]]
    asked = {
        name: " ".join(one["healthcheck"]["test"]) for name, one in services.items() if "healthcheck" in one
    }

    assert f":{port}/health" in asked["worker"]
    assert f":{port}/health" in asked["sweep"]
    assert ":5001/V1/api/health" in asked["web"]
    assert {"valkey", "postgres"} <= set(asked)


def test_the_store_gets_the_keys_that_the_roles_use(services: dict[str, Any], tmp_path: Path) -> None:
    with_defaults = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", services["store"]["command"][0])
    writing = with_defaults.replace("/tmp/s3.json", str(tmp_path / "s3.json")).partition("exec weed")[0]  # noqa: S108

    subprocess.run(["/bin/sh", "-c", writing], timeout=PATIENCE_S, check=True)

    (identity,) = json.loads((tmp_path / "s3.json").read_text())["identities"]
    environment = services["web"]["environment"]
    asked = [environment[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
    assert [f"${{S3_KEY:-{key['accessKey']}}}" for key in identity["credentials"]] == asked[:1]
    assert [f"${{S3_SECRET:-{key['secretKey']}}}" for key in identity["credentials"]] == asked[1:]


@pytest.mark.slow
def test_the_bucket_is_created_once_and_found_at_the_next_start(
    services: dict[str, Any], object_store_server: ObjectStoreServer
) -> None:
    script = services["bucket"]["command"][0].replace("$$", "$")
    script = script.replace("-master=store:9333 -filer=store:8888", object_store_server.shell_options)
    object_store_server.new_bucket()  # whose name begins alike

    ended = [
        subprocess.run(
            ["/bin/sh", "-c", script],
            env={"PATH": f"{WEED.parent}:{os.defpath}"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        for _ in range(2)
    ]

    assert [one.returncode for one in ended] == [0, 0], ended
    assert "created bucket reef" in ended[0].stdout
    assert "create" not in ended[1].stdout
    with object_store_server.operator() as client:
        assert "reef" in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
