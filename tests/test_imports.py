"""Test that processes and commands load no large packages that they do not need to start.

Every process of a server pays for what it imports with CPU time at its start and with memory. What is needed
rarely is imported where it is used, with the reason beside it.
"""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from coralchunk.supervisor.child_process import TUNING
from tests.server import environment

pytestmark = pytest.mark.slow  # a process for each

ROOT = Path(__file__).parent.parent
RARE = frozenset(
    {"alembic", "boto3", "fpdf", "httpx", "onnx", "onnxruntime", "pandas", "scipy", "sklearn", "valkey"}
)
PIXELS = frozenset({"PIL", "cv2", "numpy", "pillow_heif", "simplejpeg"})
REDIS = frozenset({"redis", "rq"})
SQL = frozenset({"sqlalchemy"})
WEB = frozenset({"flask", "gevent", "werkzeug"})


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        pytest.param("coralchunk.app", RARE, id="a web process"),
        pytest.param("jobs.start", RARE | SQL | WEB, id="a worker before it opens a model"),
        pytest.param("coralchunk.supervisor.process_monitor", RARE | WEB | PIXELS, id="the supervisor"),
        pytest.param(
            "coralchunk.cli.serve", RARE | SQL | WEB | PIXELS | REDIS, id="the command that starts them"
        ),
        pytest.param("coralchunk.cli.accounts", RARE | WEB | PIXELS | REDIS, id="commands for users"),
        pytest.param("coralchunk.cli.backup", RARE | SQL | WEB | PIXELS, id="the command for backups"),
    ],
)
def test_what_is_rarely_needed_is_not_loaded_at_the_start(module: str, unwanted: frozenset[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, timeout=120
    ).stdout.split()

    assert unwanted.isdisjoint(loaded), sorted(unwanted.intersection(loaded))


@pytest.mark.parametrize(
    "loading",
    [
        # As gunicorn does in each web process.
        pytest.param(
            "import coralchunk.supervisor.gunicorn_conf; from gevent import monkey; monkey.patch_all()",
            id="a web process",
        ),
        pytest.param("import jobs.start", id="a worker"),
    ],
)
def test_installed_packages_are_not_searched_for_plugins(loading: str) -> None:
    code = (
        "import sys; opened = [];"
        "sys.addaudithook(lambda event, facts: opened.append(str(facts[0])) if event == 'open' else None);"
        f"{loading};"
        "print(*[path for path in opened if path.endswith('entry_points.txt')])"
    )

    searched = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=TUNING | environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    ).stdout.split()

    assert searched == []


def modules() -> list[str]:
    """Name the modules of the server, without those that act when they are imported."""
    sources = [path for room in ("coralchunk", "jobs") for path in sorted((ROOT / room).rglob("*.py"))]
    acting = {"__main__", "gunicorn_conf"}
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sources
        if path.stem not in acting and "migrations" not in path.parts
    ]


def test_every_module_can_be_imported() -> None:
    imported = [importlib.import_module(name) for name in modules()]

    assert [module.__name__ for module in imported] == modules()
