"""Test that the import contracts and the installed packages cover every package."""

import configparser
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def packages(folder: str) -> set[str]:
    """Return the packages below a folder, as their dotted names."""
    found = (ROOT / folder).rglob("__init__.py")
    return {".".join(path.parent.relative_to(ROOT).parts) for path in found}


def contract(name: str) -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (found,) = [one for one in settings["tool"]["importlinter"]["contracts"] if one["id"] == name]
    return dict(found)


def test_no_api_language_may_import_another() -> None:
    languages = {name for name in packages("coralchunk/api") if name != "coralchunk.api"}

    assert languages <= set(contract("languages")["modules"])


def test_the_layers_name_every_room() -> None:
    for name in ("rooms", "pipeline"):
        assert contract(name)["exhaustive"] is True


def test_every_package_is_installed() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    installed = set(setup["options"]["packages"].split())

    assert packages("coralchunk") | packages("jobs") <= installed
