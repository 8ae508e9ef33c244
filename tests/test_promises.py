"""Test that the documentation and the packaging match the code."""

import ast
import configparser
import re
import subprocess
import sys
import tomllib
import venv
from collections import Counter
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest
from pydantic_core import PydanticUndefined
from setuptools import find_packages

from coralchunk.config import VARIABLES, Settings
from tests.server import environment

# Only source and documents are read: tracing that takes longer than reading them.
pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).parent.parent
SOURCES = [path for room in ("coralchunk", "jobs") for path in sorted((ROOT / room).rglob("*.py"))]
DOCUMENTED = [
    path
    for room in ("bench", "chaos", "coralchunk", "docs", "fuzz", "jobs", "research", "tests")
    for path in sorted((ROOT / room).rglob("*.py"))
]
FIRST_LINE = re.compile(r'(?:#[^\n]*\n|\s)*[rR]?"""([^\n]*)')  # of the docstring of a module
PARAMETER = re.compile(r"^(\w+)  +\S", re.MULTILINE)  # "photo     (H, W, 3) uint8 ..."
SETTING = re.compile(
    r"^\| `(?P<name>(?:CORALCHUNK|REDIS|DATABASE)_\w+)` \| (?P<default>.*?) \| (?P<says>.*?) \|$",
    re.MULTILINE,
)
FILES = MappingProxyType(
    {"coralchunk.models": "models", "coralchunk.static": "static", "coralchunk.templates": "templates"}
)


def by_path(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    parsed = configparser.ConfigParser()
    parsed.read(ROOT / "setup.cfg")
    return parsed


def test_docstrings_describe_only_parameters_that_exist() -> None:
    unknown = {}

    for source in SOURCES:
        for function in ast.walk(ast.parse(source.read_text())):
            if isinstance(function, ast.FunctionDef):
                described = set(PARAMETER.findall(ast.get_docstring(function) or ""))
                arguments = function.args
                taken = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
                if not described <= taken:
                    unknown[f"{by_path(source)}:{function.lineno} {function.name}"] = described - taken

    assert unknown == {}


def test_files_can_be_held_in_the_head() -> None:
    lengths = {by_path(source): len(source.read_text().splitlines()) for source in SOURCES}

    assert {name: length for name, length in lengths.items() if length > 250} == {}


def test_the_wheel_carries_every_room(setup: configparser.ConfigParser) -> None:
    packaged = set(setup["options"]["packages"].split())

    assert packaged == {*find_packages(ROOT, include=["coralchunk*", "jobs*"]), *FILES}
    assert dict(line.split(" = ") for line in setup["options"]["package_dir"].strip().splitlines()) == FILES


def test_the_settings_table_of_the_docs_is_that_of_the_code() -> None:
    table = {
        row["name"]: (row["default"].strip(), row["says"])
        for row in SETTING.finditer((ROOT / "docs" / "configuration.md").read_text())
    }

    assert list(table) == list(VARIABLES.values())
    for field, variable in VARIABLES.items():
        default, says = table[variable]
        assert says in str(Settings.model_fields[field].description), variable
        assert default == told_default(field), variable


def told_default(field: str) -> str:
    """Write a default as the table does; one that depends on the machine is described in words."""
    default = Settings.model_fields[field].default
    if default is PydanticUndefined:
        return "number of cores"
    return "" if default in {None, ()} else f"`{default}`"


def test_what_the_code_needs_is_declared(setup: configparser.ConfigParser) -> None:
    declared = distributions(setup["options"]["install_requires"])
    optional = declared | distributions("\n".join(setup["options.extras_require"].values()))
    always = {"coralchunk", "jobs"}

    at_import, in_functions = imported_modules()

    assert at_import - always <= declared
    assert in_functions - always <= optional


def distributions(requirements: str) -> set[str]:
    """Return the names in a list of requirements, as Python would spell them."""
    lines = [line.strip() for line in requirements.splitlines() if line.strip()]
    return {re.split(r"[<>=;\[ ]", line)[0].lower().replace("-", "_") for line in lines}


def imported_modules() -> tuple[set[str], set[str]]:
    """Return which distributions are imported with a module of ours, and which only inside a function."""
    everywhere, nested = Counter[str](), Counter[str]()
    for source in SOURCES:
        tree = ast.parse(source.read_text())
        everywhere.update(foreign(tree))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                nested.update(foreign(function))
    return set(everywhere - nested), set(nested)


def foreign(tree: ast.AST) -> list[str]:
    """Return the distribution of each import below a node that Python does not ship."""
    names = [
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    called = {
        "PIL": "pillow",
        "fpdf": "fpdf2",
        "argon2": "argon2_cffi",
        "botocore": "boto3",
        "cv2": "opencv_python_headless",
        "markdown_it": "markdown_it_py",
        "opentelemetry": "opentelemetry_sdk",
        "pydantic_core": "pydantic",
        "sklearn": "scikit_learn",
        "werkzeug": "flask",
    }

    return [called.get(name, name) for name in names if name not in sys.stdlib_module_names]


def test_every_dependency_has_its_row_in_the_docs(setup: configparser.ConfigParser) -> None:
    extras = setup["options.extras_require"]
    lines = setup["options"]["install_requires"] + "".join(
        extras[name] for name in ("postgres", "s3", "docs")
    )
    declared = {re.split(r"[<>=;\[ ]", line)[0].lower() for line in lines.strip().splitlines()}
    page = (ROOT / "docs" / "dependencies.md").read_text()
    listed = {
        re.sub(r" \(.*?\)", "", name).strip().lower()
        for row in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)
        for name in row.split(",")
    }
    called = {
        "opencv-python-headless": "opencv",
        "onnxruntime": "onnx runtime",
        "mkdocs-material": "material for mkdocs",
    }

    assert {called.get(name, name) for name in declared} <= listed


def test_the_architecture_page_lists_every_room_in_the_order_of_its_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "rooms")
    level_of = {room: level for level, layer in enumerate(layers) for room in layer.split(" | ")}
    page = (ROOT / "docs" / "architecture.md").read_text()
    cells = re.findall(r"^\| (`[^|]+`) \|", page, re.MULTILINE)
    rows = [re.findall(r"`(\w+)(?:/|\.py)`", cell) for cell in cells]

    listed = [room for row in rows for room in row]
    assert sorted(listed) == sorted(level_of)
    levels = [level_of[room] for room in listed]
    assert levels == sorted(levels)


def test_what_the_architecture_page_says_to_change_is_in_the_files_that_it_names() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    rows = page[page.index("| to change | edit | covered by |") :].splitlines()[2:]

    for row in rows:
        named = re.findall(r"`([^`]+)`", row)
        files = [name for name in named if re.search(r"/|\.py$", name)]
        found = [
            place for name in files for place in (ROOT / name, ROOT / "coralchunk" / name) if place.exists()
        ]
        assert len(found) == len(files), row
        texts = "".join(place.read_text() for place in found if place.is_file())
        assert [name for name in named if name not in files and name not in texts] == [], row
    assert len(rows) >= 7


def test_module_docstrings_are_sentences_without_arrows() -> None:
    first_lines = {by_path(source): FIRST_LINE.match(source.read_text()) for source in DOCUMENTED}

    assert sum(line is not None for line in first_lines.values()) > 500
    assert [name for name, line in first_lines.items() if line is not None and "->" in line[1]] == []


def test_every_make_target_has_its_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())

    helped = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))

    assert {"run", "test", "lint", "bench", "train", "clean", "help"} <= phony == helped


@pytest.mark.parametrize(
    ("given", "fetches"),
    [
        pytest.param({}, "1", id="by default"),
        pytest.param({"HOST": "127.0.0.2"}, "1", id="on loopback"),
        pytest.param({"HOST": "0.0.0.0"}, "", id="where others can come in"),  # noqa: S104
        pytest.param({"FETCH_URLS": "0"}, "0", id="where it was turned off"),
    ],
)
def test_make_run_lets_photos_be_fetched_on_loopback_only(
    tmp_path: Path, given: dict[str, str], fetches: str
) -> None:
    (tmp_path / "bin").mkdir()
    for name, script in {"python": "", "coralchunk": "echo =$CORALCHUNK_FETCH_URLS"}.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / ".run").touch()  # as if all were installed

    said = subprocess.run(
        ["make", "-s", "run", f"VENV={tmp_path}"],  # noqa: S607 - of the system
        cwd=ROOT,
        env=environment(**given),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert said.stdout == f"={fetches}\n"


def test_both_lists_of_models_are_the_same() -> None:
    assert (ROOT / "models.txt").read_text() == (ROOT / "models" / "models.txt").read_text()


@pytest.mark.slow
def test_an_installed_wheel_finds_its_model_and_its_pages_from_any_folder(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    run = partial(subprocess.run, check=True, timeout=300, env=environment())
    copy = tmp_path / "source"
    tracked = run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    for name in tracked.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file() and not name.startswith(("tests/", "research/")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(copy)])
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (wheel,) = tmp_path.glob("*.whl")
    run([*pip, "install", "--no-deps", "--no-compile", "--target", str(site), str(wheel)])
    # The dependencies of coralchunk come from here; coralchunk itself comes from the wheel, which is first.
    (site / "borrowed.pth").write_text(str(Path(pytest.__file__).parents[1]))
    python, elsewhere = str(tmp_path / "venv" / "bin" / "python"), tmp_path / "elsewhere"
    elsewhere.mkdir()

    said = [
        run(
            [python, "-P", "-c", f"from coralchunk.cli.main import main; main({arguments!r})"],
            cwd=elsewhere,
            capture_output=True,
            text=True,
        ).stdout
        for arguments in (["doctor"], ["models", "list"], ["token", "list"])
    ]

    assert f"{site}/coralchunk/templates" in said[0]
    assert "MISSING" not in said[0]
    assert "bundled" in said[1]
    assert "last used" in said[2]  # of a database that the wheel brought up to date
