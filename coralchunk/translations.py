"""Translate the texts of pages and errors, with the catalogues in templates/languages."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from babel import negotiate_locale
from babel.messages.pofile import read_po

from coralchunk.assets import folder

#: Each with its own name, as the page lists them.
LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "id": "Bahasa Indonesia",
    "pt": "Português",
}
SOURCE: Final = "en"  # the texts in templates and errors are written in it


def best_language(accepted: Iterable[str]) -> str:
    """Return the first of the accepted languages that there is; English if there is none.

    accepted  tags such as es-MX, best first
    """
    return negotiate_locale(list(accepted), LANGUAGES, sep="-") or SOURCE


def translated(text: str, language: str) -> str:
    """Return a text in a language, or as it is if the catalogue lacks it.

    text  English; may contain facts as `{name}`, which stay
    """
    return text if language == SOURCE else catalogue(language).get(text, text)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Read the texts of a language by their English ones; a process reads each file once."""
    path = folder("templates") / "languages" / f"{language}.po"
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in messages if message.id and message.string}
