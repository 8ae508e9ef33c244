"""Check the names that users give, and make slugs of them."""

import re
import unicodedata
from typing import Final

from coralchunk.errors.datasets import BadValue, MissingValue

_NOT_PRINTED: Final = frozenset({"Cc", "Cs", "Co", "Cn"})  # control characters, surrogates, unassigned
_GAPS: Final = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG: Final = 80


def checked_name(field: str, name: str | None, longest: int) -> str:
    """Return a name without blanks around it. Raises MissingValue, BadValue."""
    name = (name or "").strip()
    if not name:
        raise MissingValue(field, f"give a name of 1 to {longest} characters")
    if len(name) > longest:
        raise BadValue(field, name, f"it has {len(name)} characters, at most {longest} are accepted")
    return checked_text(field, name, longest)


def checked_text(field: str, text: str | None, longest: int) -> str:
    """Return a text that may be empty and may have line breaks. Raises BadValue."""
    text = text or ""
    if len(text) > longest:
        raise BadValue(field, text, f"it has {len(text)} characters, at most {longest} are accepted")
    if any(unicodedata.category(one) in _NOT_PRINTED and one not in "\r\n\t" for one in text):
        raise BadValue(field, text, "it has characters that cannot be printed; leave them out")
    return text


def slug(name: str, otherwise: str) -> str:
    """Return lower-case letters and digits of a name, joined by `-`.

    otherwise  the slug of a name that has none of these
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _GAPS.sub("-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or otherwise
