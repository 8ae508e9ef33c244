"""Refine the schemas of the OpenAPI document, so that generated clients survive later versions.

Requests are described strictly. Answers stay open: they may get more fields, and more values where a string
is one of a few, without breaking a client that was generated before.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

Schema = dict[str, Any]

_REF: Final = "#/components/schemas/"
_NULL: Final = {"type": "null"}
_INT32: Final = 2**31 - 1
_TEXT: Final = frozenset({"text/csv", "text/event-stream", "text/plain", "text/html", "image/svg+xml"})
_JSON: Final = "json"


def refine(schemas: Mapping[str, Schema], requests: Iterable[str]) -> dict[str, Schema]:
    """Return schemas of components, refined.

    requests  names of those that requests have as their body; what they refer to is strict too
    """
    strict = _reachable(schemas, requests)
    return {
        name: _without_defaults(_refined(schema, is_strict=name in strict))
        for name, schema in schemas.items()
    }


def parameter_schema(schema: Schema) -> Schema:
    """Return the schema of a parameter, refined."""
    refined: Schema = _refined(schema, is_strict=True)
    return refined


def media_schema(media_type: str) -> Schema:
    """Return the schema of a body without a model: a text, JSON of another standard, or bytes."""
    bare = media_type.partition(";")[0]
    if bare in _TEXT:
        return {"type": "string"}
    if bare.endswith(_JSON):
        return {"type": "object"}
    return {"type": "string", "format": "binary"}


def _reachable(schemas: Mapping[str, Schema], names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = [name for name in names if name in schemas]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_references(schemas[name]))
    return found


def _references(value: Any) -> Iterable[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(_REF)
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _references(one)


def _refined(value: Any, *, is_strict: bool) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_refined(one, is_strict=is_strict) for one in value]
    if not isinstance(value, dict):
        return value
    schema = {
        name: one if name in {"enum", "const", "examples", "default"} else _refined(one, is_strict=is_strict)
        for name, one in value.items()
        if not (
            name == "title" and isinstance(one, str)
        )  # "Job Id" for job_id: names a class in some clients
    }
    schema = _nullable(schema)
    if _is(schema, "integer"):
        schema.setdefault("format", "int32" if _largest(schema) <= _INT32 else "int64")
    return schema if is_strict else _opened(schema)


def _without_defaults(schema: Schema) -> Schema:
    """Drop the defaults of fields, which generators take to be always there."""
    fields = schema.get("properties", {})
    kept = {
        name: {key: one for key, one in field.items() if key != "default"} for name, field in fields.items()
    }
    return schema | {"properties": kept} if fields else schema


def _nullable(schema: Schema) -> Schema:
    """Write "this or null" as a list of types, which more generators understand."""
    choices = schema.get("anyOf", ())
    others = [choice for choice in choices if choice != _NULL]
    if len(choices) != 2 or len(others) != 1 or not isinstance(others[0].get("type"), str):
        return schema
    (other,) = others
    rest = {name: one for name, one in schema.items() if name != "anyOf"}
    if "enum" in other:
        other = other | {"enum": [*other["enum"], None]}
    return {**other, **rest, "type": [other["type"], "null"]}


def _opened(schema: Schema) -> Schema:
    """Let a later version add fields and values."""
    if schema.get("additionalProperties") is False:
        schema = {name: one for name, one in schema.items() if name != "additionalProperties"}
    values = [value for value in schema.get("enum", ()) if value is not None]
    if not values or not _is(schema, "string"):
        return schema
    known = f"One of {', '.join(f'`{value}`' for value in values)}; later versions may add others."
    told = f"{schema['description'].rstrip('.')}. {known}" if "description" in schema else known
    rest = {name: one for name, one in schema.items() if name != "enum"}
    return rest | {"description": told, "x-extensible-enum": values}


def _is(schema: Schema, name: str) -> bool:
    kind = schema.get("type")
    return kind == name or (isinstance(kind, list) and name in kind)


def _largest(schema: Schema) -> float:
    return min(float(schema.get("maximum", "inf")), float(schema.get("exclusiveMaximum", "inf")) - 1)
