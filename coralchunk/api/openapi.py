"""Generate the OpenAPI 3.1 document from the views and their descriptions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from apispec import APISpec
from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from coralchunk import __version__
from coralchunk.api.language import V1, Language, installed_languages
from coralchunk.api.openapi_headings import HEADINGS, TAGS
from coralchunk.api.openapi_schemas import media_schema, parameter_schema, refine

_View = TypeVar("_View", bound=Callable[..., Any])
_REF: Final = "#/components/schemas/{model}"
_CONVERTER: Final = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_EVERYWHERE: Final = {429: "Too many requests from this address; try again after Retry-After seconds"}
_WITH_QUERY: Final = {400: "A query parameter has an invalid value"}
_HOW_TO_SEND: Final = (
    "Also as `Authorization: Token ck...`, and as user name of Basic with an empty password."
)
_SCHEMES: Final[dict[str, dict[str, str]]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": _HOW_TO_SEND},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-KEY"},
}
_TOKENS: Final[list[dict[str, list[str]]]] = [{name: []} for name in _SCHEMES]
_ID: Final = {"type": "integer", "format": "int64", "minimum": 0}
_NOT_DESCRIBED: Final = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query that is more than a string."""

    description: str
    schema: Mapping[str, Any]
    is_comma_list: bool = False  # of an array: one value with commas, not one parameter an element


Query = dict[str, str | Parameter]  # parameter -> what it does


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view accepts and returns, beyond its route and docstring."""

    answers: Mapping[int, type[BaseModel] | str | tuple[str, ...]]  # status -> JSON body, or media types
    problems: Mapping[int, str]  # status -> when it is answered
    query: Mapping[str, str | Parameter] = field(default_factory=dict)
    headers: Mapping[str, str] = field(
        default_factory=dict
    )  # header that a request may carry -> what it does
    form: type[BaseModel] | None = None  # multipart body
    body: type[BaseModel] | None = None  # JSON body
    language: Language = V1
    needs_token: bool = False


def operation(described: Operation) -> Callable[[_View], _View]:
    """Attach a description to a view."""

    def attach(view: _View) -> _View:
        view.openapi = described  # type: ignore[attr-defined]  # functions take attributes
        return view

    return attach


def document(app: Flask) -> dict[str, Any]:
    """Describe all views of an app that carry an Operation."""
    spec = APISpec(
        title="Coral classifier API",
        version=__version__,
        openapi_version="3.1.0",
        info={
            "description": "Map coral bleaching in reef photos.",
            "contact": {"name": "The operator of this server"},
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": "/", "description": "The server that serves this document"}],
    )
    for name, scheme in _SCHEMES.items():
        spec.components.security_scheme(name, scheme)
    for tag in dict.fromkeys(TAGS.values()):
        spec.tag({"name": tag, "description": HEADINGS.get(tag, tag)})
    bodies: set[type[BaseModel]] = {language.refused for language in installed_languages(app)}
    request_bodies: set[type[BaseModel]] = set()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        described: Operation | None = getattr(view, "openapi", None)
        if described is None:
            continue
        bodies.update(body for body in described.answers.values() if isinstance(body, type))
        request_bodies.update(body for body in (described.form, described.body) if body is not None)
        methods = sorted((rule.methods or set()) - _NOT_DESCRIBED)
        operation = _operation(described, view, rule.endpoint, _path_parameters(rule.rule))
        spec.path(
            _CONVERTER.sub(r"{\g<name>}", rule.rule),
            operations={method.lower(): _named(operation, method, len(methods)) for method in methods},
        )
    _, schemas = models_json_schema(
        [
            *((body, "serialization") for body in sorted(bodies, key=str)),
            *((body, "validation") for body in sorted(request_bodies, key=str)),
        ],
        ref_template=_REF,
    )
    requests = [body.__name__ for body in request_bodies]
    for name, schema in refine(schemas["$defs"], requests).items():
        spec.components.schema(name, schema)
    return spec.to_dict()


def _named(operation: dict[str, Any], method: str, methods: int) -> dict[str, Any]:
    # One view may serve several methods; each is a separate operation.
    if methods == 1:
        return operation
    return {**operation, "operationId": f"{operation['operationId']}_{method.lower()}"}


def _operation(
    described: Operation, view: Callable[..., Any], endpoint: str, path_parameters: list[dict[str, Any]]
) -> dict[str, Any]:
    problems = _EVERYWHERE | (_WITH_QUERY if described.query else {}) | dict(described.problems)
    language = described.language
    summary, _, rest = (view.__doc__ or "").strip().partition("\n")
    description: dict[str, Any] = {
        "operationId": endpoint.replace(".", "_"),
        "tags": [TAGS[endpoint.partition(".")[0]]],
        "summary": summary,
        "description": " ".join(rest.split()) or summary,
        "parameters": [
            *path_parameters,
            *(_optional(name, what, "query") for name, what in described.query.items()),
            *(_optional(name, what, "header") for name, what in described.headers.items()),
        ],
        "responses": {
            **{str(status): _answer(body, language) for status, body in described.answers.items()},
            **{str(status): _problem(when, language) for status, when in problems.items()},
        },
    }
    if described.form is not None:
        content = {"multipart/form-data": {"schema": _schema(described.form)}}
        description["requestBody"] = {"required": True, "content": content}
    if described.body is not None:
        content = {language.answer: {"schema": _schema(described.body)}}
        description["requestBody"] = {"required": True, "content": content}
    description["security"] = _security(described)
    return description


def _path_parameters(rule: str) -> list[dict[str, Any]]:
    return [
        {
            "name": match["name"],
            "in": "path",
            "required": True,
            "schema": dict(_ID if match["kind"] == "int" else {"type": "string"}),
        }
        for match in _CONVERTER.finditer(rule)
    ]


def _optional(name: str, what: str | Parameter, place: str) -> dict[str, Any]:
    parameter = Parameter(what, {"type": "string"}) if isinstance(what, str) else what
    written: dict[str, Any] = {
        "name": name,
        "in": place,
        "required": False,
        "description": parameter.description,
        "schema": parameter_schema(dict(parameter.schema)),
    }
    return written | ({"style": "form", "explode": False} if parameter.is_comma_list else {})


def _security(described: Operation) -> list[dict[str, list[str]]]:
    """Return the ways to send a token; with an empty one where a server may be set up to ask for none."""
    if described.needs_token:
        return _TOKENS
    return [*_TOKENS, {}] if 401 in described.problems else []


def _answer(body: type[BaseModel] | str | tuple[str, ...], language: Language) -> dict[str, Any]:
    if isinstance(body, tuple):
        content = {media_type: {"schema": media_schema(media_type)} for media_type in body}
        return {"description": " or ".join(body), "content": content}
    if isinstance(body, str):
        return _answer((body,), language) if "/" in body else {"description": body}
    described = " ".join((body.__doc__ or "").split())
    return {"description": described, "content": {language.answer: {"schema": _schema(body)}}}


def _problem(when: str, language: Language) -> dict[str, Any]:
    return {"description": when, "content": {language.refusal: {"schema": _schema(language.refused)}}}


def _schema(body: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=body.__name__)}
