"""Test that processes and commands load no large packages that they do not need to start.

Every process of a server pays for what it imports with CPU time at its start and with memory. What is needed
rarely is imported where it is used, with the reason beside it.
"""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel, RootModel

from coralchunk.api.bodies import BodyModel
from coralchunk.supervisor.child_process import TUNING
from tests.server import environment

pytestmark = pytest.mark.slow  # a process for each

ROOT = Path(__file__).parent.parent
RARE = frozenset(
    {"alembic", "boto3", "fpdf", "httpx", "markdown_it", "onnx", "onnxruntime", "pandas", "scipy"}
    | {"sklearn", "valkey", "xlsxwriter"}
)
OPTIONAL = frozenset({"opentelemetry.sdk.metrics", "rich"})
PIXELS = frozenset({"PIL", "cv2", "numpy", "pillow_heif", "simplejpeg"})
REDIS = frozenset({"redis", "rq"})
SQL = frozenset({"sqlalchemy"})
WEB = frozenset({"flask", "gevent", "werkzeug"})


# What the parent of web processes loads, and what gunicorn does in each of them.
A_WEB_PROCESS = (
    "import coralchunk.supervisor.gunicorn_conf; from gevent import monkey; monkey.patch_all();"
    "from coralchunk.app import from_environment; from_environment()"
)
# The process that forks workers, whose supervisor ends.
WORKERS = (
    "import socket; from jobs.fork_server import main;"
    "supervisor, control = socket.socketpair(); supervisor.close(); main(control)"
)
SUPERVISOR = "import coralchunk.supervisor.process_monitor"
SWEEPER = "import coralchunk.supervisor.database, coralchunk.supervisor.sweeper"


def command(*arguments: str) -> str:
    """Load a command and what it loads at its start."""
    return f"from coralchunk.cli.main import main; main({[*arguments, '--help']!r})"


@pytest.mark.parametrize(
    ("loading", "unwanted"),
    [
        pytest.param(A_WEB_PROCESS, RARE | OPTIONAL, id="a web process"),
        pytest.param(WORKERS, RARE | OPTIONAL | SQL | WEB, id="workers before they open a model"),
        pytest.param(SUPERVISOR, RARE | SQL | WEB | PIXELS, id="the supervisor before it starts workers"),
        pytest.param(SWEEPER, RARE | WEB | PIXELS, id="the supervisor"),
        pytest.param(
            command("serve"), RARE | OPTIONAL | SQL | WEB | PIXELS | REDIS, id="the command that starts them"
        ),
        pytest.param(command("user", "add"), RARE | WEB | PIXELS | REDIS, id="commands for users"),
        pytest.param(command("jobs", "list"), RARE | SQL | WEB | PIXELS, id="commands for jobs"),
        pytest.param(command("backup"), RARE | SQL | WEB | PIXELS, id="the command for backups"),
    ],
)
def test_little_is_loaded_at_the_start(loading: str, unwanted: frozenset[str], tmp_path: Path) -> None:
    code = (
        "import atexit, sys; used = [];"
        "places = {'open': lambda path, *_: path, 'exec': lambda code: code.co_filename};"
        "note = lambda event, facts, to=places: event in to and used.append(to[event](*facts));"
        "sys.addaudithook(note);"
        "atexit.register(lambda: print(*sys.modules, *used, sep='\\n'));"
        f"{loading}"
    )

    loaded = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment(DATA_DIR=str(tmp_path)) | TUNING,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    ).stdout.splitlines()

    assert unwanted.isdisjoint(loaded), sorted(unwanted.intersection(loaded))
    # Some libraries would search all installed packages for plugins, gevent 19 times.
    assert not [name for name in loaded if name.endswith("entry_points.txt")]
    assert "<werkzeug routing>" not in loaded  # what builds URLs, two functions for each route


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


def descendants(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [each for child in model.__subclasses__() for each in (child, *descendants(child))]


def test_no_validator_of_a_body_is_built_when_it_is_imported() -> None:
    for name in modules():
        importlib.import_module(name)

    bodies = [model for model in descendants(BaseModel) if model.__module__.startswith("coralchunk.api.")]

    assert len(bodies) > 50
    assert [body for body in bodies if not issubclass(body, BodyModel | RootModel)] == []
