"""Names use the field's terms: a short list of earlier, private words may not come back.

Names only: identifiers of Python, JavaScript and Lua, the fields that the Lua scripts store, and metrics.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coralchunk.pipeline.records import scripts

# Only source is read: tracing that takes longer than reading it.
pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).parent.parent
PACKAGES = ("coralchunk", "jobs")
TOOLS = ("tests", "bench", "chaos", "fuzz", "research")

# The word, and the term to use instead.
EVERYWHERE = {
    "shelf": "cache, repository",
    "shelves": "caches, repositories",
    "enquiry": "point job, request",
    "enquiries": "point jobs, requests",
    "judge": "classify",
    "judges": "classifies",
    "judged": "classified",
    "judging": "classifying",
    "bring": "fetch",
    "forgive": "refund",
    "forgiven": "refunded",
    "lane": "stream",
    "lanes": "streams",
    "express": "high priority",
    "book": "service",
    "asker": "requester, client",
    "askers": "requesters, clients",
    "tally": "counter",
    "tallies": "counters",
    "news": "notifications, changes",
    "harden": "security headers",
    "exposition": "metrics",
    "guard": "instance lock, check",
    "guards": "instance lock, check",
}
# Of what the package defines; a local value may be called so.
PACKAGE_DEFINITIONS = {
    "bench": "worker context",  # bench/ measures, and is called so
    "told": "the name of what is returned",
    "asked": "requested, or the name of what is requested",
    "patience": "timeout",
}
# Names that stay as they are, and why.
KEPT = {
    "judged_px": "a column of stored surveys",
    "lanes": "a field of job records that version 0.3 wrote",
    "express": "a field of job records that version 0.3 wrote",
    "enquiry": "a kind of job in records that version 0.3 wrote",
}
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
COMMENT_OR_STRING = re.compile(
    r"""//[^\n]*|/\*.*?\*/|--[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL
)


def words(name: str) -> set[str]:
    return {word.lower() for word in WORD.findall(name)}


def python_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if not name.startswith("test_"):  # these are sentences
                    yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name) | ast.alias(asname=str(name)):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def defined_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names of functions, classes, and what modules and classes assign; no local names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.Module | ast.ClassDef):
            for statement in node.body:
                match statement:
                    case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                        yield name


def script_names(source: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_$][\w$]*", COMMENT_OR_STRING.sub(" ", source)))


def lua_names() -> set[str]:
    texts = [text for text in vars(scripts).values() if isinstance(text, str) and "redis.call" in text]
    stored = {field for text in texts for field in re.findall(r"'([a-z_]+)'", text)}
    return stored | {name for text in texts for name in script_names(text)}


def metric_names() -> set[str]:
    return {
        name
        for path in (ROOT / "coralchunk").rglob("*.py")
        for name in re.findall(r'"(coralchunk_\w+)"', path.read_text())
    }


def refused(names: Iterator[str] | set[str], terms: dict[str, str]) -> dict[str, str]:
    """Return the names that hold one of these words, each with the term to use instead."""
    return {
        name: terms[word]
        for name in set(names) - set(KEPT)
        for word in sorted(words(name) & set(terms), reverse=True)
    }


def python_files(folders: tuple[str, ...]) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_modules_of_the_package_are_named_by_the_fields_terms() -> None:
    wrong = {}

    for path in python_files(PACKAGES):
        tree = ast.parse(path.read_text())
        names = {*python_names(tree), path.stem, path.parent.name}
        defined = {*defined_names(tree), path.stem}
        wrong[str(path.relative_to(ROOT))] = refused(names, EVERYWHERE) | refused(
            defined, PACKAGE_DEFINITIONS
        )

    assert {path: names for path, names in wrong.items() if names} == {}


@pytest.mark.parametrize("folder", TOOLS)
def test_tests_and_tools_are_named_by_the_fields_terms(folder: str) -> None:
    names = {name for path in python_files((folder,)) for name in python_names(ast.parse(path.read_text()))}

    assert refused(names, EVERYWHERE) == {}


def test_scripts_stored_fields_and_metrics_are_named_by_the_fields_terms() -> None:
    pages = [path for path in sorted((ROOT / "static").rglob("*.js")) if "vendor" not in path.parts]
    names = {name for path in pages for name in (*script_names(path.read_text()), path.stem)}

    assert names
    assert refused(names, EVERYWHERE | PACKAGE_DEFINITIONS) == {}
    assert refused(lua_names(), EVERYWHERE | PACKAGE_DEFINITIONS) == {}
    assert refused(metric_names(), EVERYWHERE | PACKAGE_DEFINITIONS) == {}


@pytest.mark.parametrize(
    ("names", "terms"),
    [
        pytest.param({"ModelShelf"}, {"ModelShelf": "cache, repository"}, id="a word of a class's name"),
        pytest.param({"count_lanes"}, {"count_lanes": "streams"}, id="a word of a function's name"),
        pytest.param({"lanes", "judged_px"}, {}, id="names of stored data"),
        pytest.param({"expression", "planes"}, {}, id="a word within a longer one"),
    ],
)
def test_a_word_is_refused_only_where_it_stands_alone(names: set[str], terms: dict[str, str]) -> None:
    assert refused(names, EVERYWHERE) == terms


def test_names_that_stay_are_still_in_use() -> None:
    stored = lua_names() | {
        name for path in python_files(PACKAGES) for name in re.findall(r"\w+", path.read_text())
    }

    assert set(KEPT) <= stored
