"""Write ids as strings where a client asks for that: R and spreadsheets hold 53 bits only as 4.5036e15."""

import json
from typing import Any, Final

from flask import Flask, Response, request

from coralchunk.api.language import V1
from coralchunk.api.openapi import Parameter, Query
from coralchunk.api.query import requested_choice

PARAMETER: Final = "ids"
_TEXT: Final = "text"
_WAYS: Final = ("number", _TEXT)
IDS_AS_TEXT: Final[Query] = {
    PARAMETER: Parameter(
        "How the answer writes ids; with `text` they are strings of digits, not integers",
        {"type": "string", "enum": list(_WAYS), "default": "number"},
    )
}
_IDS: Final = frozenset({"job_id", "job_ids", "survey_id", "earlier_id", "photo_id"})


def write_text_ids(app: Flask) -> None:
    """Make the V1 API obey `ids=text` in every answer."""
    app.before_request(_check)
    app.after_request(_rewrite)


def _check() -> None:
    if V1.is_spoken_at(request.path):
        requested_choice(PARAMETER, ("number", _TEXT))


def _rewrite(answer: Response) -> Response:
    is_requested = request.args.get(PARAMETER) == _TEXT and V1.is_spoken_at(request.path)
    if is_requested and answer.is_json and answer.content_type == V1.answer:
        answer.set_data(json.dumps(_with_text_ids(answer.get_json()), separators=(",", ":")))
    return answer


def _with_text_ids(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_with_text_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _text(one) if name in _IDS else _with_text_ids(one) for name, one in value.items()}


def _text(ids: Any) -> Any:  # noqa: ANN401 - an id, several or none
    if isinstance(ids, list):
        return [str(one) for one in ids]
    return ids if ids is None else str(ids)
