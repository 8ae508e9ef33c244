"""Write refusals as Ximilar's client reads them: `detail` says why, and no integer `status` crashes it."""

from typing import Final

from flask import Response, jsonify, request
from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.language import Language, Refusal

_CLASSIFY: Final = "/recognition/v2/classify"
_BAD_VALUES: Final = frozenset({415, 422})  # which this language does not tell from any other value, 400


class Body(BodyModel):
    """A body, or a part of one."""

    model_config = ConfigDict(extra="forbid")


class CallStatus(Body):
    """How a call, or one of its records, went."""

    code: int = Field(description="As of HTTP")
    text: str


class RefusedCall(Body):
    """A refusal."""

    detail: str = Field(description="What was wrong, the value, the limit, and what to do")
    status: CallStatus | None = Field(default=None, description="Only of `classify`, whose client reads it")


def _refusal(refusal: Refusal) -> Response:
    body = RefusedCall(detail=refusal.detail)
    status = 400 if refusal.status in _BAD_VALUES else refusal.status
    if request.path.rstrip("/") == _CLASSIFY:
        body.status = CallStatus(code=status, text=refusal.detail)
    answer = jsonify(body.model_dump(exclude_none=True))
    answer.status_code = status
    return answer


def _language(prefix: str) -> Language:
    return Language(prefix, "application/json", "application/json", RefusedCall, _refusal)


RECOGNITION: Final = _language("/recognition")
ACCOUNT: Final = _language("/account")
AUTHORIZATION: Final = _language("/authorization")
ANNOTATE: Final = _language("/annotate")
LANGUAGES: Final = (RECOGNITION, ACCOUNT, AUTHORIZATION, ANNOTATE)
