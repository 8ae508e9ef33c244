"""Test that each language has each text of the app, and that each text of the app is in the catalogues."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from babel import Locale

from coralchunk.assets import folder
from tests.translations.texts import (
    CALLED,
    COUNTED,
    FACT,
    SAID,
    SCRIPTS,
    TAG,
    TEMPLATES,
    TRANSLATED,
    literals_of,
    literals_of_page,
    of_errors,
    of_reports,
    of_scripts,
    of_templates,
    po,
    script_texts,
)

LABELS: Final = {
    "Bleached Coral",
    "Partly Bleached Coral",
    "Healthy Coral",
    "Not Coral",
    "Unsure",
    "No Data",
}  # of the API
NAMES: Final = {
    "Backspace",
    "Enter",
    "Escape",
    "Feature",
    "Location",
    "Point",
    "Token",
}  # of keys, GeoJSON, headers
NOT_READ: Final = {"none yet", "unknown compression"}  # an ETag; an error that is caught
CODE: Final = re.compile(r"(?:px )?sans-serif$|^bold |^#\w+ \w+$|^\[.*\] ?, \.")  # fonts and selectors
DEFINITIONS: Final = {"language.js", "server-text.js"}  # of the functions that translate
UNTRANSLATED: Final = {
    *("coralchunk", ": coralchunk", "- coralchunk", "website"),
    *("RGB", "BGR", "CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0"),
}
languages: Final = pytest.mark.parametrize("language", TRANSLATED)


def by_name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def texts_of(language: str) -> Iterator[tuple[str, str]]:
    """Each English text with its translation, and each English plural form with each plural form."""
    yield from po(language).items()
    plurals = of_scripts()
    for english, text in script_texts(language).items():
        if isinstance(text, str):
            yield english, text
        else:
            for form, words in text.items():
                yield english if form == "one" else plurals[english] or english, words


@languages
def test_the_catalogue_of_pages_reports_and_errors_has_each_of_their_texts_and_no_other(
    language: str,
) -> None:
    assert set(po(language)) == of_templates() | of_reports() | of_errors()


@languages
def test_the_catalogue_of_scripts_has_each_of_their_texts_and_no_other(language: str) -> None:
    assert set(script_texts(language)) == set(of_scripts())


@languages
def test_translations_have_the_facts_and_the_markup_of_the_english_text(language: str) -> None:
    for english, text in texts_of(language):
        assert text.strip(), english
        assert Counter(FACT.findall(text)) == Counter(FACT.findall(english)), english
        assert TAG.findall(text) == TAG.findall(english), english
        assert '"' not in TAG.sub("", text), f"a straight quote would end an attribute: {english}"


@languages
def test_texts_that_count_have_the_forms_of_the_language(language: str) -> None:
    needed = {"other", *(Locale(language).plural_form.tags - {"many"})}  # millions; "other" stands for them
    for english, plural in of_scripts().items():
        text = script_texts(language)[english]

        assert isinstance(text, dict) == (plural is not None), english
        if isinstance(text, dict):
            assert set(text) == needed, english


def test_scripts_know_why_workers_refuse_photos() -> None:
    known = set(SAID.findall((folder("static") / "photos" / "failures.js").read_text()))

    assert {text for text in known if "the server tried" not in text} <= of_errors()


@pytest.mark.parametrize("script", SCRIPTS, ids=by_name)
def test_scripts_show_no_text_without_its_translation(script: Path) -> None:
    found = {text for text in literals_of(script) if not CODE.search(text)}

    assert found <= LABELS | NAMES | NOT_READ


@pytest.mark.parametrize("script", [path for path in SCRIPTS if path.name not in DEFINITIONS], ids=by_name)
def test_scripts_name_their_texts_where_they_translate_them(script: Path) -> None:
    code = re.sub(r"^\s*(?:/\*\*|\*|//).*$", "", script.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert len(CALLED.findall(code)) == len(SAID.findall(code)) + len(COUNTED.findall(code))


@pytest.mark.parametrize("template", TEMPLATES, ids=by_name)
def test_templates_show_no_text_without_its_translation(template: Path) -> None:
    assert literals_of_page(template) <= UNTRANSLATED
