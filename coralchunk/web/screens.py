"""Serve the pages of the app; the browser fills them through the V1 API."""

from typing import Final

from babel.units import format_unit
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from coralchunk.api.context import services
from coralchunk.api.problems import http_problem
from coralchunk.imaging.files.formats import SENTENCE
from coralchunk.science.cover import LIMITATIONS
from coralchunk.web.languages import page_language, translated_page

screens = Blueprint("screens", __name__)

_UNITS: Final = (
    (86_400, "duration-day"),
    (3600, "duration-hour"),
    (60, "duration-minute"),
    (1, "duration-second"),
)


@screens.get("/")
def home() -> ResponseReturnValue:
    """Show the home page: add photos, follow them, see their results."""
    return _screen("home", formats=SENTENCE, kept=_duration(services().settings.result_ttl, page_language()))


@screens.get("/gallery")
def gallery() -> ResponseReturnValue:
    """Show the gallery page: the photos of a batch, to sort, select, export and delete."""
    return _screen("gallery")


@screens.get("/surveys")
def surveys() -> ResponseReturnValue:
    """Show the surveys page: group photos, and see the cover of a place over time."""
    return _screen("surveys")


@screens.get("/classifiers")
def classifiers() -> ResponseReturnValue:
    """Show the page of collections: label images, train classifiers on them, and try these."""
    return _screen("classifiers")


@screens.get("/tokens")
def tokens() -> ResponseReturnValue:
    """Show the page of a user's tokens: log in, create, revoke."""
    return _screen("tokens")


@screens.get("/audit-log")
def audit_log() -> ResponseReturnValue:
    """Show the page of who did what."""
    return _screen("audit-log")


@screens.get("/networks")
def networks() -> ResponseReturnValue:
    """Show the page of networks: upload one, say how it is fed and read, and try it."""
    return _screen("networks")


@screens.get("/surveys/<int:survey_id>/photos/<int:photo_id>")
def kept_photo(survey_id: int, photo_id: int) -> ResponseReturnValue:
    """Show the map of a photo that a survey keeps."""
    return _screen("kept-photo", survey_id=survey_id, photo_id=photo_id)


@screens.get("/surveys/<int:survey_id>/review")
def review_survey(survey_id: int) -> ResponseReturnValue:
    """Show the chunks of a survey one after another, for people to check."""
    return _screen("review", survey_id=survey_id)


@screens.get("/review/<int:job_id>")
def review_photo(job_id: int) -> ResponseReturnValue:
    """Show the chunks of a photo one after another, for people to check."""
    return _screen("review", job_id=job_id)


@screens.get("/report/<int:job_id>")
def report(job_id: int) -> ResponseReturnValue:
    """Show a result on one page of paper."""
    return _screen("report", job_id=job_id)


@screens.get("/shared/<share_id>")
def shared(share_id: str) -> ResponseReturnValue:
    """Show a shared result to anyone who has the link."""
    return _screen("shared", share_id=share_id)


@screens.get("/shared-surveys/<share_id>")
def shared_survey(share_id: str) -> ResponseReturnValue:
    """Show a shared survey to anyone who has the link."""
    return _screen("shared-survey", share_id=share_id)


@screens.app_errorhandler(NotFound)
def missing(error: NotFound) -> ResponseReturnValue:
    """Tell a browser that there is no such page; other clients get the error in the format of their API."""
    accepted = request.accept_mimetypes
    if accepted.quality("text/html") > accepted.quality("application/json"):
        answer = _screen("missing")
        answer.status_code = 404
        return answer
    return http_problem(error)


def _screen(name: str, **details: object) -> Response:
    return translated_page(
        f"app/{name}.html",
        page_language(),
        settings=services().settings,
        limitations=LIMITATIONS,
        model=services().models.manifest(services().model),
        **details,
    )


def _duration(seconds: int, language: str) -> str:
    """Write a time in the largest unit that leaves no fraction: "24 hours", not "1 day"."""
    size, unit = next(
        (size, unit) for size, unit in _UNITS if seconds % size == 0 and (seconds > size or size == 1)
    )
    return format_unit(seconds // size, unit, locale=language)
