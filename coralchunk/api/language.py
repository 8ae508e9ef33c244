"""Describe one API: its paths, its media types, and how it writes errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from flask import Flask, Response, current_app, jsonify
from pydantic import BaseModel

from coralchunk.api.requested_language import requested_language
from coralchunk.api.schemas import Problem
from coralchunk.errors.access import Fault
from coralchunk.translations import SOURCE

_KEY: Final = "coralchunk.languages"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error of a request, before it is written in the format of an API."""

    status: int  # HTTP
    kind: str  # stable name of the error, documented in /docs
    faults: Sequence[Fault]  # at least one
    short: str | None = None  # text that clients look for, if it is not the whole detail

    @property
    def detail(self) -> str:
        """All errors in one text."""
        return " ".join(fault.detail for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Language:
    """How one API writes its responses."""

    prefix: str  # of its paths, without a trailing slash
    answer: str  # media type of responses
    refusal: str  # media type of errors
    refused: type[BaseModel]  # body of an error
    write_refusal: Callable[[Refusal], Response]
    #: In which language the request wants its error to be worded; most clients look for English words.
    worded_in: Callable[[], str] = lambda: SOURCE

    def is_spoken_at(self, path: str) -> bool:
        """Tell whether a path belongs to this API."""
        return path == self.prefix or path.startswith(f"{self.prefix}/")


def _problem_json(refusal: Refusal) -> Response:
    # `error` repeats `detail`, or its first words, for clients that read only that field.
    kind, detail, error = refusal.kind, refusal.detail, refusal.short or refusal.detail
    answer = jsonify(type=f"/docs#{kind}", title=kind, status=refusal.status, detail=detail, error=error)
    answer.status_code = refusal.status
    answer.content_type = "application/problem+json"
    return answer


#: The API of every path that belongs to no other API.
V1: Final = Language(
    "/V1/api", "application/json", "application/problem+json", Problem, _problem_json, requested_language
)


def install_languages(app: Flask, languages: Sequence[Language]) -> None:
    """Add APIs other than V1 to an app."""
    app.extensions[_KEY] = tuple(languages)


def installed_languages(app: Flask) -> tuple[Language, ...]:
    """Return the APIs of an app; V1 first."""
    return V1, *cast(tuple[Language, ...], app.extensions.get(_KEY, ()))


def language_at(path: str) -> Language:
    """Return the API of the current app that a path belongs to."""
    _, *others = installed_languages(current_app)
    return next((language for language in others if language.is_spoken_at(path)), V1)
