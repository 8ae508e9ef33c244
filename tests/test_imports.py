"""Test that processes and commands load no large packages that they do not need to start.

Every process of a server pays for what it imports with CPU time at its start and with memory. What is needed
rarely is imported where it is used, with the reason beside it.
"""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # a process for each

RARE = frozenset({"alembic", "boto3", "onnx", "onnxruntime", "pandas", "scipy", "sklearn", "valkey"})
PIXELS = frozenset({"PIL", "cv2", "numpy", "pillow_heif", "simplejpeg"})
SQL = frozenset({"sqlalchemy"})
WEB = frozenset({"flask", "gevent", "werkzeug"})


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        pytest.param("coralchunk.app", RARE, id="a web process"),
        pytest.param("jobs.start", RARE | SQL | WEB, id="a worker before it opens a model"),
        pytest.param("coralchunk.supervisor.process_monitor", RARE | WEB, id="the supervisor"),
        pytest.param("coralchunk.cli.serve", RARE | SQL | WEB | PIXELS, id="the command that starts them"),
        pytest.param("coralchunk.cli.accounts", RARE | WEB | PIXELS | {"redis"}, id="commands for users"),
        pytest.param("coralchunk.cli.backup", RARE | SQL | WEB | PIXELS, id="the command for backups"),
    ],
)
def test_what_is_rarely_needed_is_not_loaded_at_the_start(module: str, unwanted: frozenset[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, timeout=120
    ).stdout.split()

    assert unwanted.isdisjoint(loaded), sorted(unwanted.intersection(loaded))
