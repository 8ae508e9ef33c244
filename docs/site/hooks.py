"""Add the pages that are made from the code to the documentation site: reference, model card, changelog."""

import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

_ROOT: Final = Path(__file__).parents[2]
_PACKAGE: Final = _ROOT / "coralchunk"
_NOT_PUBLIC: Final = {"cli", "supervisor", "web"}  # programs: they are used from the command line or by HTTP
_LINK: Final = re.compile(r"\]\(docs/")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the generated reference pages and the decisions in the navigation."""
    nav: list[dict[str, Any]] = config.nav or []
    decisions = sorted((_ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    for section in nav:
        for entry in section.get("Develop it", []):
            if "Decisions" in entry:
                entry["Decisions"] = ["decisions/index.md", *(f"decisions/{path.name}" for path in decisions)]
    nav.append({"Reference": [{room: f"reference/{room}.md"} for room in _rooms()]})
    config.nav = nav
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages and the files they need."""
    for room, modules in _rooms().items():
        files.append(File.generated(config, f"reference/{room}.md", content=_reference(room, modules)))
    changelog = _LINK.sub("](", (_ROOT / "CHANGELOG.md").read_text())
    files.append(File.generated(config, "changelog.md", content=changelog))
    label = "-".join((_ROOT / "models" / "models.txt").read_text().splitlines()[-1].split()[:2])
    files.append(
        File.generated(config, "model-card.md", content=(_ROOT / "models" / f"{label}.md").read_text())
    )
    for figure in (_ROOT / "models").glob(f"{label}-*.png"):
        files.append(File.generated(config, figure.name, content=figure.read_bytes()))
    icon = (_ROOT / "static" / "icon.svg").read_text()
    files.append(File.generated(config, "icon.svg", content=icon))
    return files


def _rooms() -> dict[str, list[str]]:
    """Return the public modules by the folder or file directly in the package that holds them."""
    rooms: dict[str, list[str]] = {}
    for path in sorted(_PACKAGE.rglob("*.py")):
        parts = path.relative_to(_PACKAGE).with_suffix("").parts
        room, names = parts[0], [part for part in parts if part != "__init__"]
        if room not in {"__init__", *_NOT_PUBLIC} and "migrations" not in parts:
            rooms.setdefault(room, []).append(".".join(("coralchunk", *names)))
    return rooms


def _reference(room: str, modules: list[str]) -> str:
    return "\n\n".join((f"# coralchunk.{room}", *(f"::: {module}" for module in modules)))
