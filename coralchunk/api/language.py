"""Describe one API: its paths, its media types, and how it writes errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from flask import Flask, Response, current_app, jsonify
from pydantic import BaseModel

from coralchunk.api.schemas import Problem
from coralchunk.errors.access import Fault

_KEY: Final = "coralchunk.languages"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused request, before it is written in a language."""

    status: int  # HTTP
    kind: str  # stable name of the error, documented in /docs
    faults: Sequence[Fault]  # at least one
    short: str | None = None  # words that clients look for, where they are not all of the detail

    @property
    def detail(self) -> str:
        """All that is wrong, in one text."""
        return " ".join(fault.detail for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Language:
    """How one language of the API writes its answers."""

    prefix: str  # of the paths where it is spoken, without a final slash
    answer: str  # media type of answers
    refusal: str  # media type of refusals
    refused: type[BaseModel]  # body of a refusal
    write_refusal: Callable[[Refusal], Response]

    def is_spoken_at(self, path: str) -> bool:
        """Tell whether answers of a path are in this language."""
        return path == self.prefix or path.startswith(f"{self.prefix}/")


def _problem_json(refusal: Refusal) -> Response:
    # `error` repeats `detail`, or its first words, for clients that look for that one field.
    kind, detail, error = refusal.kind, refusal.detail, refusal.short or refusal.detail
    answer = jsonify(type=f"/docs#{kind}", title=kind, status=refusal.status, detail=detail, error=error)
    answer.status_code = refusal.status
    answer.content_type = "application/problem+json"
    return answer


#: The language of every path that no other language claims.
V1: Final = Language("/V1/api", "application/json", "application/problem+json", Problem, _problem_json)


def install_languages(app: Flask, languages: Sequence[Language]) -> None:
    """Make an app speak more languages than V1."""
    app.extensions[_KEY] = tuple(languages)


def installed_languages(app: Flask) -> tuple[Language, ...]:
    """Return the languages of an app; V1 first."""
    return V1, *cast(tuple[Language, ...], app.extensions.get(_KEY, ()))


def language_at(path: str) -> Language:
    """Return the language in which the current app answers a path."""
    _, *others = installed_languages(current_app)
    return next((language for language in others if language.is_spoken_at(path)), V1)
