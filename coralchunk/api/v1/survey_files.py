"""Serve surveys as files: CSV, GeoJSON, a Darwin Core Archive, a plot."""

import json
from typing import Final

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import exporter, survey_requester
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, Parameter, operation
from coralchunk.api.query import requested_choice
from coralchunk.api.requested_language import in_requested_language, requested_texts
from coralchunk.api.v1.languages import LANG
from coralchunk.api.v1.refusals import NO_DATABASE, NO_SURVEY, TOKEN
from coralchunk.api.v1.surveys import IDS, requested_ids
from coralchunk.identity import Scope
from coralchunk.surveys import plot as field
from coralchunk.surveys.darwin_core import archive
from coralchunk.surveys.measured import Measured
from coralchunk.surveys.tables import layer, rows, table
from coralchunk.surveys.workbook import workbook

survey_files = Blueprint("survey_files", __name__, url_prefix="/V1/api")

_FORMATS: Final = ("csv", "xlsx")
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PROBLEMS: Final = {404: NO_SURVEY, 503: NO_DATABASE, **TOKEN}


@survey_files.get("/surveys/<int:survey_id>.csv")
@operation(
    Operation(
        answers={200: ("text/csv", _XLSX)},
        problems={400: "`format` or `bom` has a value that is not possible", **_PROBLEMS},
        query={
            "format": Parameter(
                "`xlsx`: an Excel workbook", {"type": "string", "enum": list(_FORMATS), "default": "csv"}
            ),
            "bom": Parameter(
                "`1`: begin the CSV with a byte order mark, by which Excel knows UTF-8",
                {"type": "string", "enum": ["0", "1"], "default": "0"},
            ),
        },
    )
)
def as_table(survey_id: int) -> ResponseReturnValue:
    """Return a survey as CSV, one row per photo, or as an Excel workbook.

    In CSV, text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    format_name, bom = requested_choice("format", _FORMATS), requested_choice("bom", ("0", "1"))
    measured = _exported_survey(survey_id, f"survey.{format_name}")
    if format_name == "xlsx":
        lines = rows(measured, _card_url(), _dhw_of(measured))
        return _file(workbook(lines, "photos"), _XLSX, "survey.xlsx")
    text = table(measured, _card_url(), _dhw_of(measured), has_bom=bom == "1")
    return _file(text, "text/csv; charset=utf-8", "survey.csv")


@survey_files.get("/surveys/<int:survey_id>.geojson")
@operation(Operation(answers={200: "application/geo+json"}, problems=_PROBLEMS))
def as_layer(survey_id: int) -> ResponseReturnValue:
    """Return the photos of a survey that have a position as GeoJSON."""
    measured = _exported_survey(survey_id, "survey.geojson")
    found = layer(measured, _card_url(), _dhw_of(measured))
    return _file(json.dumps(found), "application/geo+json", "survey.geojson")


@survey_files.get("/surveys/<int:survey_id>/dwca.zip")
@operation(Operation(answers={200: "application/zip"}, problems=_PROBLEMS))
def as_archive(survey_id: int) -> ResponseReturnValue:
    """Return a survey as a Darwin Core Archive: one occurrence per photo, with its cover as measurements."""
    return _file(archive(_exported_survey(survey_id, "dwca.zip")), "application/zip", "dwca.zip")


@survey_files.get("/surveys/plot.svg")
@operation(
    Operation(
        answers={200: "image/svg+xml"},
        problems={
            400: "An `id` is not a number, there are too many, or there is no such language",
            503: NO_DATABASE,
            **TOKEN,
        },
        query=IDS | {"site": "Only the surveys of this site", "lang": LANG},
    )
)
def as_plot() -> ResponseReturnValue:
    """Draw the bleached cover of surveys over time, with their intervals.

    If all of them are of one site, its heat stress is drawn below, if it is known.
    """
    found = services().surveys.listed(requested_ids(), survey_requester(Scope.READ))
    site = request.args.get("site")
    found = [one for one in found if site is None or one.survey.site == site]
    heat_stress = services().heat_stress.of_surveys([one.survey for one in found])
    t = requested_texts()
    drawn = render_template(
        "surveys/plot.svg",
        plot=field.plot(found, heat_stress, t),
        t=t.markup,
        width=field.WIDTH,
        left=field.LEFT,
        right=field.RIGHT,
        bottom=field.BOTTOM,
        heat_top=field.HEAT_TOP,
        heat_bottom=field.HEAT_BOTTOM,
    )
    answer = Response(drawn, content_type="image/svg+xml")
    return in_requested_language(private(answer))


def _exported_survey(survey_id: int, file: str) -> Measured:
    return services().surveys.get(survey_id, exporter(survey_id, file))


def _file(content: str | bytes, content_type: str, name: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return private(answer)


def _dhw_of(measured: Measured) -> float | None:
    """Return the heat stress of the site on the day of a survey, °C-weeks."""
    series = services().heat_stress.of_surveys([measured.survey])
    return None if series is None else series.on(measured.survey.date)


def _card_url() -> str:
    return url_for("pages.model_card", _external=True)
