"""Translate the texts of pages and errors, with the catalogues in templates/languages."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from babel import negotiate_locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup

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
_WITHOUT_GAP: Final = {"id", "pt"}  # in which a percent sign follows its number at once


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


def whole_percent(share: float) -> int:
    """Round a share, 0 to 1, to a whole percentage: halves up, as the scripts of the app do."""
    return math.floor(100 * share + 0.5)


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts and numbers of one language."""

    language: str

    def __call__(self, text: str, **facts: object) -> str:
        """Return a text with its facts."""
        found = translated(text, self.language)
        return found.format(**facts) if facts else found

    def markup(self, text: str, **facts: object) -> Markup:
        """Return a text of a template; it may contain markup, and its facts are escaped."""
        found = Markup(translated(" ".join(text.split()), self.language))  # noqa: S704 - of the catalogue
        return found.format(**facts) if facts else found

    def number(self, value: float, digits: int) -> str:
        """Write a number with the decimal sign of the language."""
        pattern = f"0.{'0' * digits}" if digits else "0"
        return format_decimal(value, pattern, locale=self.language)

    def percent(self, share: float) -> str:
        """Write a share as a whole percentage."""
        return f"{whole_percent(share)}{'' if self.language in _WITHOUT_GAP else ' '}%"
