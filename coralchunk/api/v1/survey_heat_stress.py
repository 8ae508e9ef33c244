"""Store and serve the heat stress of the site of a survey: /V1/api/surveys/{id}/heat-stress."""

import time
from typing import Any, Final

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import exporter, survey_requester
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.schemas import Success
from coralchunk.api.v1.heat_stress_bodies import HeatStressFile, HeatStressResponse
from coralchunk.api.v1.refusals import BODY, NO_DATABASE, NO_SURVEY, TOKEN
from coralchunk.identity import Scope
from coralchunk.surveys.heat_stress.series import highest
from coralchunk.surveys.heat_stress.service import Stored
from coralchunk.surveys.tables import csv_text

survey_heat_stress = Blueprint("survey_heat_stress", __name__, url_prefix="/V1/api/surveys/<int:survey_id>")

_LONGEST_BYTES: Final = 5_000_000
_NONE: Final = "No such survey, or its site has no heat stress"


@survey_heat_stress.put("/heat-stress")
@operation(
    Operation(
        answers={200: HeatStressResponse},
        problems={
            **BODY,
            400: "The survey has no site, or the file cannot be used; `detail` names line, value and remedy."
            " Nothing was stored",
            404: NO_SURVEY,
            503: NO_DATABASE,
            **TOKEN,
        },
        body=HeatStressFile,
    )
)
def put(survey_id: int) -> ResponseReturnValue:
    """Store NOAA's degree heating weeks (DHW) of the site of a survey, in place of earlier ones.

    They are kept with the site of the survey's owner: all their surveys with this site have them. On a server
    that requires no tokens they are kept with the survey.
    """
    requester, body = survey_requester(Scope.CLASSIFY), read_json_body(HeatStressFile, _LONGEST_BYTES)
    stored = services().heat_stress.put(survey_id, body.file, body.name, requester, time.time())
    return jsonify(_body(stored))


@survey_heat_stress.get("/heat-stress")
@operation(Operation(answers={200: HeatStressResponse}, problems={404: NO_SURVEY, 503: NO_DATABASE, **TOKEN}))
def get(survey_id: int) -> ResponseReturnValue:
    """Return what is known of the heat stress of the site of a survey; `heat_stress` is null for nothing."""
    return jsonify(_body(services().heat_stress.get(survey_id, survey_requester(Scope.READ))))


@survey_heat_stress.get("/heat-stress.csv")
@operation(Operation(answers={200: "text/csv"}, problems={404: _NONE, 503: NO_DATABASE, **TOKEN}))
def as_csv(survey_id: int) -> ResponseReturnValue:
    """Return the heat stress of the site of a survey as CSV: date and DHW in °C-weeks."""
    series = services().heat_stress.series(survey_id, exporter(survey_id, "heat-stress.csv"))
    rows = [("date", "dhw"), *((day.date.isoformat(), day.dhw) for day in series.days)]
    answer = Response(csv_text(rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=heat-stress.csv"
    return private(answer)


@survey_heat_stress.delete("/heat-stress")
@operation(Operation(answers={200: Success}, problems={404: _NONE, 503: NO_DATABASE, **TOKEN}))
def remove(survey_id: int) -> ResponseReturnValue:
    """Remove the heat stress of the site of a survey."""
    services().heat_stress.remove(survey_id, survey_requester(Scope.CLASSIFY))
    return jsonify(status="success")


def _body(stored: Stored) -> dict[str, Any]:
    return {"site": stored.survey.site, "heat_stress": _series_body(stored)}


def _series_body(stored: Stored) -> dict[str, Any] | None:
    series = stored.series
    most = None if series is None else highest(series.days)
    if series is None or most is None:
        return None
    return {
        "name": series.name,
        "first_day": series.days[0].date.isoformat(),
        "last_day": series.days[-1].date.isoformat(),
        "days": len(series.days),
        "highest": most.dhw,
        "highest_on": most.date.isoformat(),
        "on_survey_date": series.on(stored.survey.date),
        "uploaded_at": stored.uploaded_at,
    }
