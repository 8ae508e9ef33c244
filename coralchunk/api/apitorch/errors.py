"""Write errors as JSON that clients of API Torch can read: they read the status, people the detail."""

from typing import Final

from flask import Response, jsonify
from pydantic import Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.language import Language, Refusal


class FaultDetail(BodyModel):
    """One thing that is wrong."""

    detail: str


class FaultList(BodyModel):
    """A refusal."""

    errors: list[FaultDetail] = Field(description="What is wrong, with the value, the limit and the remedy")


def _refusal(refusal: Refusal) -> Response:
    answer = jsonify(errors=[{"detail": fault.detail} for fault in refusal.faults])
    answer.status_code = refusal.status
    return answer


def _language(path: str) -> Language:
    return Language(f"/api/{path}", "application/json", "application/json", FaultList, _refusal)


#: One for each path below /api that is not CoralNet's.
LANGUAGES: Final = tuple(
    _language(path)
    for path in ("ping", "training-sets", "training-set", "training-image", "image", "classify", "feedback")
)
APITORCH: Final = LANGUAGES[0]
