"""Find the texts of the app: those that go through the catalogues, and those that do not."""

import json
import re
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from coralchunk.assets import folder
from coralchunk.science.cover import LIMITATIONS
from coralchunk.translations import LANGUAGES, SOURCE

TRANSLATED: Final = [language for language in LANGUAGES if language != SOURCE]
TEMPLATES: Final = [folder("templates") / "base.html", *sorted((folder("templates") / "app").glob("*.html"))]
SCRIPTS: Final = [path for path in sorted(folder("static").rglob("*.js")) if "vendor" not in path.parts]
OTHER_PAGES: Final = ("docs", "labelling")  # folders of static/ whose pages are in English
STRING: Final = r'"((?:[^"\\\n]|\\.)*)"'
SAID: Final = re.compile(rf"(?<![\w$.])(?:t|sentence)\(\s*{STRING}")
COUNTED: Final = re.compile(rf'(?<![\w$.])plural\(\s*[^"]*?,\s*{STRING},\s*{STRING}')
FACT: Final = re.compile(r"\{(\w+)\}")


def of_templates() -> set[str]:
    """Return the texts of all templates, and those of Python code that they show."""
    found = {LIMITATIONS, "Find bleaching in photos of coral reefs."}
    for path in TEMPLATES:
        with path.open("rb") as file:
            for _, _, texts, _ in babel_extract(file, ("t",), (), {}):
                text = texts[0] if isinstance(texts, tuple) else texts
                if text is not None:  # of a variable: its texts are those above
                    found.add(" ".join(text.split()))
    return found


def of_scripts() -> dict[str, str | None]:
    """Return the texts of all scripts, each with its English plural, or None if it counts nothing."""
    found: dict[str, str | None] = {}
    for path in SCRIPTS:
        code = path.read_text(encoding="utf-8")
        for text in SAID.findall(code):
            found.setdefault(text, None)
        found |= dict(COUNTED.findall(code))
    return found


def po(language: str) -> dict[str, str]:
    """Return the catalogue of pages and errors in a language."""
    with (folder("templates") / "languages" / f"{language}.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=language) if one.id}


def script_texts(language: str) -> dict[str, str | dict[str, str]]:
    """Return the catalogue of scripts in a language."""
    path: Path = folder("static") / "languages" / f"{language}.json"
    found: dict[str, str | dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found
