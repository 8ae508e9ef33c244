"""Write answers and errors in JSON:API, as CoralNet's scripts read them."""

import json
from typing import Any, Final

from flask import Response
from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.language import Language, Refusal

MEDIA_TYPE: Final = "application/vnd.api+json"


class Body(BodyModel):
    """A body, or a part of one."""

    model_config = ConfigDict(extra="forbid")


class Source(Body):
    """The place of an error in the request."""

    pointer: str = Field(examples=["/data/0/attributes/points/3/row"], description="As in RFC 6901")


class Error(Body):
    """One error."""

    detail: str
    source: Source | None = None


class Errors(Body):
    """Errors, as in JSON:API."""

    errors: list[Error]


def answer(body: dict[str, Any], status: int = 200) -> Response:
    """Return a response: compact, without a final newline, because scripts cut the token out of the text."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return Response(text, status=status, content_type=MEDIA_TYPE)


def _refusal(refusal: Refusal) -> Response:
    errors = [
        Error(detail=fault.detail, source=None if fault.pointer is None else Source(pointer=fault.pointer))
        for fault in refusal.faults
    ]
    return answer(Errors(errors=errors).model_dump(exclude_none=True), refusal.status)


CORALNET: Final = Language("/api", MEDIA_TYPE, MEDIA_TYPE, Errors, _refusal)
