"""Lay the OpenAPI document out as a reference for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_REF: Final = "#/components/schemas/"
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_FIRST: Final = (  # the routes of the mobile contract, in its order
    ("/V1/api/health", "get"),
    ("/V1/api/classify", "post"),
    ("/V1/api/status/{job_id}", "get"),
    ("/V1/api/classify/{job_id}", "delete"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter, or a field of a body."""

    name: str
    place: str  # path, query, header; empty for a field
    kind: str
    body: str | None  # name of the body that the kind refers to
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers."""

    status: str
    description: str
    media_types: Sequence[str]
    body: str | None  # name of a body


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    token: str  # whether it needs one, in words
    parameters: Sequence[Row]
    sends: Answer | None  # what its request has as body
    answers: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Group:
    """Operations under one heading."""

    name: str
    description: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object with its fields."""

    name: str
    description: str
    fields: Sequence[Row]


def groups(document: Mapping[str, Any]) -> list[Group]:
    """Return the operations by heading; those of the mobile contract come first."""
    by_tag: dict[str, list[Entry]] = {tag["name"]: [] for tag in document["tags"]}
    for path, method, operation in sorted(_operations(document), key=_rank):
        by_tag[operation["tags"][0]].append(_entry(path, method, operation))
    told = {tag["name"]: tag["description"] for tag in document["tags"]}
    return [Group(name, told[name], entries) for name, entries in by_tag.items() if entries]


def bodies(document: Mapping[str, Any]) -> list[Body]:
    """Return the JSON objects of all requests and answers, by name."""
    return [
        Body(name, _line(schema.get("description", "")), list(_fields(schema)))
        for name, schema in sorted(document["components"]["schemas"].items())
    ]


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield path, method, operations[method]


def _rank(one: tuple[str, str, Mapping[str, Any]]) -> tuple[int, str, int]:
    path, method, _ = one
    first = _FIRST.index((path, method)) if (path, method) in _FIRST else len(_FIRST)
    return first, path, _METHODS.index(method)


def _entry(path: str, method: str, operation: Mapping[str, Any]) -> Entry:
    summary, description = operation["summary"], operation["description"]
    sends = operation.get("requestBody")
    return Entry(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=summary,
        description="" if description == summary else description,
        token=_token(operation["security"]),
        parameters=[_parameter(one) for one in operation["parameters"]],
        sends=None if sends is None else _answer("", sends),
        answers=[_answer(status, one) for status, one in sorted(operation["responses"].items())],
    )


def _token(security: Sequence[Mapping[str, Any]]) -> str:
    if not security:
        return "Needs no token."
    return "Needs a token if the server requires tokens." if {} in security else "Needs a token."


def _parameter(parameter: Mapping[str, Any]) -> Row:
    kind, body = _kind(parameter["schema"])
    is_required = parameter.get("required", False)
    return Row(
        parameter["name"], parameter["in"], kind, body, is_required, _line(parameter.get("description", ""))
    )


def _answer(status: str, described: Mapping[str, Any]) -> Answer:
    content = described.get("content", {})
    first: Mapping[str, Any] = next(iter(content.values()), {})
    body = _kind(first.get("schema", {}))[1]
    return Answer(status, _line(described.get("description", "")), list(content), body)


def _fields(schema: Mapping[str, Any]) -> Iterator[Row]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        kind, body = _kind(field)
        yield Row(name, "", kind, body, name in required, _line(field.get("description", "")))


def _kind(schema: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return what a value is, in words, and the name of the body in it."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return name, name
    if "const" in schema:
        return repr(schema["const"]), None
    if "enum" in schema:
        return " or ".join("null" if value is None else repr(value) for value in schema["enum"]), None
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        known = [_kind(choice) for choice in choices]
        return " or ".join(kind for kind, _ in known), next((body for _, body in known if body), None)
    types = schema.get("type", "any")
    types = types if isinstance(types, list) else [types]
    body = None
    words = []
    for one in types:
        word = one
        if one == "array":
            inner, body = _kind(schema.get("items", {}))
            word = f"list of {inner}"
        elif "format" in schema and one != "null":
            word = f"{one} ({schema['format']})"
        words.append(word)
    return " or ".join(words), body


def _line(text: str) -> str:
    return " ".join(text.split())
