"""Read what clients of API Torch send: JSON, forms and parameters, which all mean the same."""

import json
from collections.abc import Mapping
from typing import Any, Final

from flask import request
from pydantic import Field

from coralchunk.api.bodies import BodyModel
from coralchunk.errors.datasets import BadValue, MissingValue

_MAX_BYTES: Final = 1_000_000  # of JSON
_MAX_CLASSIFIERS: Final = 10
_YES: Final = frozenset({"true", "1", "yes", "on"})


class SetDetails(BodyModel):
    """What a training set is called."""

    name: str
    description: str = ""


class ImageAddress(BodyModel):
    """An image on the web, in place of a file `image` in a form."""

    image_url: str


class Options(BodyModel):
    """How a classification is reported."""

    show_confidence_value: bool = False


class Question(BodyModel):
    """An image on the web, and the classifiers that are asked about it."""

    image_url: str
    classifiers: list[str] = Field(min_length=1, max_length=_MAX_CLASSIFIERS, description="Slugs")
    options: Options = Options()


class Correction(BodyModel):
    """The label that a classification should have had."""

    classification_id: str
    correct_label_id: str = Field(description="Id of a training label, or the label itself")


class Message(BodyModel):
    """What a user has to say."""

    message: str = Field(description="Base64 of UTF-8 text")


def sent_fields() -> Mapping[str, Any]:
    """Return the fields of this request, from JSON, a form or the query. Raises BadValue."""
    found: dict[str, Any] = {}
    for values in (request.args, request.form):
        found.update({name: values.getlist(name) for name in values})
    found = {name: told[0] if len(told) == 1 else told for name, told in found.items()}
    if request.is_json:
        request.max_content_length = _MAX_BYTES
        found.update(_json_object(request.get_data()))
    return found


def text_field(fields: Mapping[str, Any], name: str, remedy: str, *, otherwise: str | None = None) -> str:
    """Return a text. Raises MissingValue, BadValue.

    otherwise  for a field that is missing; None: it must be there
    """
    value = fields.get(name)
    if value is None or value == "":
        if otherwise is None:
            raise MissingValue(name, remedy)
        return otherwise
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadValue(name, value, remedy)
    return value


def requested_classifiers(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the slugs of 1 to 10 classifiers. Raises MissingValue, BadValue."""
    remedy = f"give 1 to {_MAX_CLASSIFIERS} slugs of GET /api/classifiers"
    asked = fields.get("classifiers", fields.get("classifiers[]"))
    if asked is None or asked in ("", []):
        raise MissingValue("classifiers", remedy)
    slugs = [asked] if isinstance(asked, str) else asked
    if not isinstance(slugs, list) or not all(isinstance(slug, str) for slug in slugs):
        raise BadValue("classifiers", asked, remedy)
    if len(slugs) > _MAX_CLASSIFIERS:
        raise BadValue("classifiers", slugs, f"{len(slugs)} are asked, at most {_MAX_CLASSIFIERS} can be")
    return tuple(slugs)


def wants_confidence_value(fields: Mapping[str, Any]) -> bool:
    """Tell whether the option show_confidence_value is set. Raises BadValue."""
    options = fields.get("options") or {}
    if isinstance(options, str):
        options = _json_object(options.encode(), "options")
    if not isinstance(options, Mapping):
        raise BadValue("options", options, "send an object")
    asked = options.get("show_confidence_value", fields.get("options[show_confidence_value]", False))
    return asked is True or str(asked).lower() in _YES


def _json_object(body: bytes, field: str = "body") -> Mapping[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError) as damage:
        raise BadValue(field, body[:40].decode(errors="replace"), f"it is not valid JSON: {damage}") from None
    if not isinstance(document, dict):
        raise BadValue(field, document, "send a JSON object")
    return document
