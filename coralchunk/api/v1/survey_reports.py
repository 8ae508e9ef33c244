"""Serve reports of surveys: /V1/api/surveys/{id}/report.pdf and .html."""

import datetime as dt
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from pybase64 import b64encode

from coralchunk.api.authentication import exporter
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, Parameter, Query, operation
from coralchunk.api.requested_language import in_requested_language, requested_texts
from coralchunk.api.v1.languages import LANG
from coralchunk.api.v1.refusals import NO_DATABASE, TOKEN
from coralchunk.errors.surveys import BadIds
from coralchunk.storage.files.previews import Preview
from coralchunk.surveys.report.contents import Report
from coralchunk.surveys.report.pdf import report_pdf

survey_reports = Blueprint("survey_reports", __name__, url_prefix="/V1/api/surveys/<int:survey_id>")

_MOST_PHOTOS: Final = 24
_QUERY: Final[Query] = {
    "photo": Parameter(
        "Id of a photo to show with its marks; repeat it for more. Default: the first six that can be shown",
        {"type": "array", "maxItems": _MOST_PHOTOS, "items": {"type": "integer", "minimum": 0}},
    ),
    "lang": LANG,
}
_PROBLEMS: Final = {
    400: "A `photo` is not a number, there are too many, or there is no such language",
    404: "No such survey, or no such photo in it",
    503: NO_DATABASE,
    **TOKEN,
}


@survey_reports.get("/report.pdf")
@operation(Operation(answers={200: "application/pdf"}, problems=_PROBLEMS, query=_QUERY))
def as_pdf(survey_id: int) -> ResponseReturnValue:
    """Return a report of a survey: methods, cover, a plot, chosen photos, a table, how to cite it.

    It is in the language of `lang`, or else of Accept-Language: English, Spanish, French, Indonesian or
    Portuguese.
    """
    return _file(report_pdf(_report(survey_id, "report.pdf")), "application/pdf", "report.pdf")


@survey_reports.get("/report.html")
@operation(Operation(answers={200: "text/html"}, problems=_PROBLEMS, query=_QUERY))
def as_page(survey_id: int) -> ResponseReturnValue:
    """Return the report of a survey as a page that needs no other file."""
    report = _report(survey_id, "report.html")
    encoded = [_data_uri(picture.preview) for picture in report.pictures]
    page = render_template(
        "surveys/report.html", report=report, encoded=encoded, t=report.t.markup, language=report.t.language
    )
    return _file(page, "text/html; charset=utf-8", "report.html")


def _data_uri(picture: Preview) -> str:
    return f"data:{picture.media_type};base64,{b64encode(picture.content).decode()}"


def _report(survey_id: int, file: str) -> Report:
    given = request.args.getlist("photo")
    if len(given) > _MOST_PHOTOS or not all(
        one.isascii() and one.isdigit() and len(one) < 10 for one in given
    ):
        raise BadIds(len(given), _MOST_PHOTOS)
    today = dt.datetime.now(dt.UTC).date()
    return services().reports.report(
        survey_id, [*map(int, given)], exporter(survey_id, file), today, requested_texts()
    )


def _file(content: str | bytes, content_type: str, name: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return in_requested_language(private(answer))
