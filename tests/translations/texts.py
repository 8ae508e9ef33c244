"""Find the texts of the app: those that go through the catalogues, and those that do not."""

import ast
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po
from jinja2.ext import babel_extract
from typing_extensions import override

from coralchunk import translations
from coralchunk.assets import folder
from coralchunk.science.cover import LIMITATIONS
from coralchunk.surveys.report.figures import REASONS
from coralchunk.translations import LANGUAGES, SOURCE

ROOT: Final = Path(translations.__file__).parent
TRANSLATED: Final = [language for language in LANGUAGES if language != SOURCE]
TEMPLATES: Final = [
    folder("templates") / "base.html",
    *sorted((folder("templates") / "app").glob("*.html")),
    *sorted((folder("templates") / "surveys").iterdir()),
]
OTHER_PAGES: Final = {"docs", "labelling"}  # folders of static/ whose pages are in English
SCRIPTS: Final = [
    path
    for path in sorted(folder("static").rglob("*.js"))
    if "vendor" not in path.parts and path.parent.name not in OTHER_PAGES
]

REPORTS: Final = [
    *(ROOT / "surveys" / "report").glob("*.py"),
    ROOT / "surveys" / "heat_stress" / "curve.py",
    ROOT / "surveys" / "plot.py",
]
#: Of what users of the app can do wrong. Other clients look for English words, or are programs.
ERRORS: Final = [
    *(
        ROOT / "errors" / f"{name}.py"
        for name in ("__init__", "access", "heat_stress", "images", "oidc", "photos", "surveys", "training")
    ),
    *sorted((ROOT / "imaging" / "files").glob("*.py")),
    *sorted((ROOT / "oidc").glob("*.py")),
]

OF_OTHER_SERVICES: Final = {  # whose clients look for these words
    "This job isn't finished yet",
    "Unable to log in with provided credentials.",
}

STRING: Final = r'"((?:[^"\\\n]|\\.)*)"'
SAID: Final = re.compile(rf"(?<![\w$.])(?:t|sentence)\(\s*{STRING}")
COUNTED: Final = re.compile(rf'(?<![\w$.])plural\(\s*[^"]*?,\s*{STRING},\s*{STRING}')
CALLED: Final = re.compile(r"(?<![\w$.])(?:t|sentence|plural)\(")
FACT: Final = re.compile(r"\{(\w+(?:!r)?)\}")
TAG: Final = re.compile(r"<[^>]*>")

#: Two words of lower case beside each other, or a word with a capital letter at the beginning.
_ENGLISH: Final = re.compile(r"[a-z]{2,} [a-z]{2,}|^\s*[A-Z][a-z]+(?: |[.:?!…]|$)")
_COMMENTS: Final = re.compile(r"/\*.*?\*/|(?<![:\"'`\w])//[^\n]*|^import [^\n]*", re.DOTALL | re.MULTILINE)
_NOT_SHOWN: Final = re.compile(r'class: (?:"[^"]*"|`[^`]*`)|\$\$?\((?:"[^"]*"|`[^`]*`)')
_LITERAL: Final = re.compile(rf"{STRING}|`((?:[^`\\]|\\.)*)`")
_TEMPLATE_CODE: Final = re.compile(
    r"\{% block main_data %\}.*?\{% endblock %\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL
)
_SPOKEN: Final = {"alt", "aria-label", "aria-roledescription", "content", "placeholder", "title"}


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


def of_reports() -> set[str]:
    """Return the texts of the Python code that writes reports and plots of surveys."""
    found = {*REASONS, LIMITATIONS}
    for path in REPORTS:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in {"t", "report.t"}:
                (text,) = call.args
                found |= {str(text.value)} if isinstance(text, ast.Constant) else set()
    return found


def of_errors() -> set[str]:
    """Return the sentences of errors that name their facts, or have none, and facts that are words."""
    found: set[str] = set()
    for path in ERRORS:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name = ast.unparse(call.func)
            text = call.args[1 if name == "BrokenImage" and len(call.args) > 1 else 0]
            if name in {"super().__init__", "BrokenImage", "Sentence"} and isinstance(text, ast.Constant):
                found.add(str(text.value))
    return found - OF_OTHER_SERVICES


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


def literals_of(script: Path) -> set[str]:
    """Return the literals of a script that read like English and do not go through a catalogue."""
    code = _COMMENTS.sub("", script.read_text(encoding="utf-8"))
    for pattern in (SAID, COUNTED, _NOT_SHOWN):
        code = pattern.sub("", code)
    literals = [re.sub(r"\$\{[^}]*\}", "", "".join(found)) for found in _LITERAL.findall(code)]
    return {literal.strip() for literal in literals if _ENGLISH.search(literal)}


def literals_of_page(template: Path) -> set[str]:
    """Return the words of a template, and of its attributes that are read, without those from a catalogue."""
    page = _Words()
    page.feed(_TEMPLATE_CODE.sub("", template.read_text(encoding="utf-8")))
    return page.found


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.silent = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in {"code", "kbd", "script", "style"}
        if tag == "meta" and not dict(attrs).get("property"):
            return
        for name, value in attrs:
            if name in _SPOKEN:
                self.note(value or "")

    @override
    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"code", "kbd", "script", "style"}

    @override
    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.note(data)

    def note(self, text: str) -> None:
        if re.search(r"[A-Za-z]{2}", text):
            self.found.add(" ".join(text.split()))
