"""Read a request's body: JSON, or a multipart form whose nested fields are flattened into names.

`inputs[0]image.bbox.xmin` is the field `xmin` of the `bbox` of the `image` of the first of `inputs`: there is
no dot after a bracket. A part with a file name keeps its name as it is, as `model.onnx` has no field `onnx`.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Final, NoReturn

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from coralchunk.api.multipart import Part, read_form
from coralchunk.errors.access import BadDocument, Fault

_MAX_PARTS: Final = 2000
_MAX_INDEX: Final = 2000
_MAX_DEPTH: Final = 12
_SOURCE: Final = re.compile(r"inputs\[\d+\]\w+\.source")
_STEP: Final = re.compile(r"\[(\d{1,5})\]|\.?([^.\[\]]+)")
_JSON_FIELDS: Final = frozenset(
    {
        "preprocessing",
        "metadata",
        "outputs",
        "post_processings",
        "postprocessings",
        "inputs",
        "output_tensors",
    }
)


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent."""

    fields: dict[str, Any]  # nested; pictures in a form are files
    files: dict[str, IO[bytes]] = field(default_factory=dict)  # other files, by the names of their fields


@contextmanager
def read_body(max_bytes: int) -> Iterator[Body]:
    """Read the body of this request; its files are closed when the block ends.

    Raises BadDocument, and UnsupportedMediaType unless it is JSON or a multipart form.
    """
    request.max_content_length = max_bytes
    if request.mimetype == "application/json":
        yield Body(_object(request.get_data()))
    elif request.mimetype == "multipart/form-data":
        boundary = request.mimetype_params.get("boundary", "")
        try:
            form = read_form(request.stream, boundary, _is_file, _MAX_PARTS)
            parts = form.__enter__()
        except ValueError as wrong:
            _refuse("", f"The form cannot be read: {wrong}.")
        try:
            yield _from_parts(parts)
        finally:
            form.__exit__(None, None, None)
    else:
        raise UnsupportedMediaType(
            f"The content type {request.mimetype!r} is not read here; send application/json or"
            " multipart/form-data."
        )


def _is_file(name: str, file_name: str | None) -> bool:
    return file_name is not None or _SOURCE.fullmatch(name) is not None


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content, parse_constant=_no_constant)
    except (ValueError, RecursionError) as damage:
        _refuse("", f"The request's body is not valid JSON: {damage}.")
    if not isinstance(found, dict):
        _refuse("", "The request's body must be a JSON object.")
    return dict(found)


def _from_parts(parts: list[Part]) -> Body:
    fields: dict[str, Any] = {}
    files: dict[str, IO[bytes]] = {}
    for part in parts:
        if part.content is not None and not _SOURCE.fullmatch(part.name):
            files[part.name] = part.content
        elif part.content is not None:
            is_text = part.file_name is None
            _put(fields, part.name, part.content.read() if is_text else part.content)
        else:
            _put(fields, part.name, _value(part))
    return Body(_with_lists(fields), files)


def _value(part: Part) -> Any:  # noqa: ANN401 - JSON
    try:
        text = part.text.decode()
    except UnicodeDecodeError:
        _refuse(part.name, "This is no UTF-8.")
    if part.name in _JSON_FIELDS and text.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as damage:
            _refuse(part.name, f"This is not valid JSON: {damage}.")
    return text


def _put(fields: dict[str, Any], name: str, value: object) -> None:
    """Put a value where its name says; of the same name again, both become a list."""
    steps = _steps(name)
    place: Any = fields
    for step in steps[:-1]:
        place = place.setdefault(step, {})
        if not isinstance(place, dict):
            _refuse(name, "This field is there both as a value and with parts.")
    last = steps[-1]
    if last not in place:
        place[last] = value
    elif isinstance(place[last], list):
        place[last].append(value)
    elif isinstance(place[last], dict):
        _refuse(name, "This field is there both as a value and with parts.")
    else:
        place[last] = [place[last], value]


def _steps(name: str) -> list[str | int]:
    steps: list[str | int] = []
    end = 0
    for match in _STEP.finditer(name):
        if match.start() != end:
            break
        steps.append(int(match[1]) if match[1] is not None else match[2])
        end = match.end()
    if end != len(name) or not steps or isinstance(steps[0], int) or len(steps) > _MAX_DEPTH:
        _refuse(name[:100], "This is no name of a field.")
    if any(isinstance(step, int) and step > _MAX_INDEX for step in steps):
        _refuse(name[:100], f"Lists have at most {_MAX_INDEX} items.")
    return steps


def _with_lists(nested: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(nested, dict):
        if nested and all(isinstance(key, int) for key in nested):
            return [_with_lists(nested[key]) for key in sorted(nested)]
        return {str(key): _with_lists(value) for key, value in nested.items()}
    return nested


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _refuse(place: str, detail: str) -> NoReturn:
    raise BadDocument((Fault(None, f"{place}: {detail}" if place else detail),))
