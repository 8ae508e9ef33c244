"""Write answers and refusals as Deepomatic's client reads them."""

from typing import Any, Final

from flask import Response, jsonify
from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.language import Language, Refusal

PREFIX: Final = "/v0.7"
MEDIA_TYPE: Final = "application/json"
# The client treats every 4xx as its own mistake, and retries a 503.
_STATUS: Final = {422: 400, 429: 503, 507: 503}


class Body(BodyModel):
    """A body, or a part of one."""

    model_config = ConfigDict(extra="forbid")


class RefusedRequest(Body):
    """A refusal."""

    error: str = Field(description="What was wrong, the value, the limit, and what to do")
    detail: str = Field(description="The same")


def answer(body: dict[str, Any], status: int = 200) -> Response:
    """Return an answer."""
    written = jsonify(body)
    written.status_code = status
    return written


def _refusal(refusal: Refusal) -> Response:
    told = RefusedRequest(error=refusal.detail, detail=refusal.detail)
    return answer(told.model_dump(), _STATUS.get(refusal.status, refusal.status))


DEEPOMATIC: Final = Language(PREFIX, MEDIA_TYPE, MEDIA_TYPE, RefusedRequest, _refusal)
