"""Describe the parameter by which a client chooses the language of a report."""

from typing import Final

from coralchunk.api.openapi import Parameter
from coralchunk.translations import LANGUAGES

LANG: Final = Parameter(
    "Language, instead of that of Accept-Language", {"type": "string", "enum": list(LANGUAGES)}
)
