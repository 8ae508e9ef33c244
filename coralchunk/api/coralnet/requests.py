"""Parse the documents that clients of CoralNet's deploy API send, and point to what is wrong in them."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError
from pydantic_core import ErrorDetails

from coralchunk.api.bodies import BodyModel
from coralchunk.config import Settings
from coralchunk.errors.access import BadDocument, Fault
from coralchunk.pipeline.points.point_job import RequestedImage, RequestedPoint

_LONGEST_URL: Final = 2000
_MAX_FAULTS: Final = 50  # reported at once
_Name = Annotated[str, Field(min_length=1, max_length=1024)]


class _Body(BodyModel):
    model_config = ConfigDict(frozen=True)  # unknown fields are ignored, as on CoralNet


class LogIn(_Body):
    """A user's name and password."""

    username: _Name
    password: _Name


class _Point(_Body):
    row: Annotated[StrictInt, Field(ge=0, le=1_000_000)]
    column: Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class _Attributes(_Body):
    url: Annotated[str, Field(min_length=1, max_length=_LONGEST_URL, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://")]
    points: Annotated[list[_Point], Field(min_length=1)]


class _Image(_Body):
    type: Literal["image"]
    attributes: _Attributes


class Images(_Body):
    """URLs of photos, and the points to classify in them."""

    data: Annotated[list[_Image], Field(min_length=1)]


_Known = TypeVar("_Known", bound=BaseModel)
# Messages of our own, because those of pydantic use terms of Python.
_WORDS: Final[Mapping[str, str]] = {
    "missing": "This field is required.",
    "int_type": "This must be a whole number.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than_equal": "This must be at most {le}.",
    "string_type": "This must be a string.",
    "string_too_short": "This must not be empty.",
    "string_too_long": "This must have at most {max_length} characters.",
    "string_pattern_mismatch": "This must be a URL that begins with http:// or https://.",
    "list_type": "This must be a list.",
    "too_short": "This must not be empty.",
    "literal_error": "This must be {expected}.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
}


def log_in(body: bytes, form: Mapping[str, str]) -> LogIn:
    """Read a name and a password from JSON or from a form. Raises BadDocument."""
    return _read(LogIn, form if form else _parsed(body))


def images(body: bytes, settings: Settings) -> tuple[RequestedImage, ...]:
    """Read photos and their points. Raises BadDocument."""
    document = _parsed(body)
    # Checked before the items: a million points would give a million errors.
    faults = tuple(_too_many(document, settings))
    if faults:
        raise BadDocument(faults)
    return tuple(
        RequestedImage(
            url=image.attributes.url,
            points=tuple(RequestedPoint(row=p.row, column=p.column) for p in image.attributes.points),
        )
        for image in _read(Images, document).data
    )


def _too_many(document: object, settings: Settings) -> Iterator[Fault]:
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, list):
        return
    if len(data) > settings.coralnet_max_images:
        yield Fault(
            "/data", f"There are {len(data)} images; at most {settings.coralnet_max_images} are accepted."
        )
        return
    for number, image in enumerate(data):
        attributes = image.get("attributes") if isinstance(image, dict) else None
        points = attributes.get("points") if isinstance(attributes, dict) else None
        if isinstance(points, list) and len(points) > settings.coralnet_max_points:
            yield Fault(
                f"/data/{number}/attributes/points",
                f"There are {len(points)} points; at most {settings.coralnet_max_points} in one image.",
            )


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as damage:
        raise BadDocument((Fault("", f"The request body is not JSON: {damage}."),)) from None


def _read(kind: type[_Known], document: object) -> _Known:
    try:
        return kind.model_validate(document)
    except ValidationError as wrong:
        raise BadDocument(tuple(_fault(error) for error in wrong.errors()[:_MAX_FAULTS])) from None


def _fault(error: ErrorDetails) -> Fault:
    pointer = "".join(f"/{part}" for part in error["loc"])
    words = _WORDS.get(error["type"])
    return Fault(pointer, words.format_map(error.get("ctx", {})) if words else f"{error['msg']}.")
