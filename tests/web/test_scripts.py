"""Test the modules of the browser app: their sizes, and that each import names something that exists."""

import re
from pathlib import Path

import pytest

from coralchunk.assets import folder

SCRIPTS = [path for path in sorted(folder("static").rglob("*.js")) if "vendor" not in path.parts]
STYLES = [path for path in sorted(folder("static").rglob("*.css")) if "vendor" not in path.parts]
IMPORT = re.compile(r'^import (?:\* as \w+|\{ (?P<names>[^}]*) \}) from "(?P<path>[^"]+)";', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function|const|class|let) (\$\$?|\w+)", re.MULTILINE)


@pytest.mark.parametrize("file", SCRIPTS + STYLES, ids=lambda path: path.name)
def test_scripts_and_styles_have_at_most_250_lines(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 250


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_import_names_an_export_of_an_existing_module(script: Path) -> None:
    text = script.read_text()

    for statement in IMPORT.finditer(text):
        module = script.parent / statement["path"]
        names = set((statement["names"] or "").split(", ")) - {""}

        assert names <= set(EXPORT.findall(module.read_text())), f"{statement['path']}: {names}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_imported_name_is_used(script: Path) -> None:
    text = script.read_text()
    code = re.sub(r"^import .*$|//.*$", "", text, flags=re.MULTILINE)

    for statement in IMPORT.finditer(text):
        for name in filter(None, (statement["names"] or "").split(", ")):
            assert re.search(rf"(?<![\w$.]){re.escape(name)}(?![\w$])", code), name
