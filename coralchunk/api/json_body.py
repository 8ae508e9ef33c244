"""Parse a JSON request body into a checked value, or refuse it and name the field."""

from typing import Final, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from coralchunk.errors.surveys import BadBody, BodyTooLong

_LONGEST_BYTES: Final = 65_536
_MAX_FAULTS: Final = 5
_Body = TypeVar("_Body", bound=BaseModel)


def read_json_body(kind: type[_Body], longest_bytes: int = _LONGEST_BYTES) -> _Body:
    """Return the JSON body of this request. Raises BadBody, BodyTooLong."""
    content = request.stream.read(longest_bytes + 1)
    if len(content) > longest_bytes:
        raise BodyTooLong(longest_bytes)
    try:
        return kind.model_validate_json(content)
    except ValidationError as wrong:
        faults = wrong.errors(include_url=False, include_input=False, include_context=False)[:_MAX_FAULTS]
        raise BadBody("; ".join(fault_text(fault["loc"], fault["msg"]) for fault in faults)) from None


def fault_text(place: tuple[int | str, ...], message: str) -> str:
    """Say in one line what is wrong with a field."""
    where = ".".join(str(part) for part in place)
    return f"{where}: {message}" if where else message
