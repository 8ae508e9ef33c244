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

_View = TypeVar("_View", bound=Callable[..., Any])
_REF: Final = "#/components/schemas/{model}"
_CONVERTER: Final = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_EVERYWHERE: Final = {429: "Too many requests from this address; try again after Retry-After seconds"}
_WITH_QUERY: Final = {400: "A query parameter has an invalid value"}
_TOKEN: Final = "token"  # noqa: S105 - the name of a way to send one
_HOW_TO_SEND: Final = "`Authorization: Token ck...`; also as Bearer, as user name of Basic, and in X-API-KEY"
_NOT_DESCRIBED: Final = frozenset({"HEAD", "OPTIONS"})
_TAGS: Final = {  # blueprint -> heading
    "v1": "Photos",
    "jobs": "Photos",
    "events": "Photos",
    "results": "Photos",
    "corrections": "Corrections",
    "surveys": "Surveys",
    "survey_files": "Surveys",
    "coralnet": "CoralNet's deploy API",
    "ximilar_tasks": "Ximilar's language",
    "ximilar_labels": "Ximilar's language",
    "ximilar_images": "Ximilar's language",
    "ximilar_labelling": "Ximilar's language",
    "ximilar_models": "Ximilar's language",
    "ximilar_classify": "Ximilar's language",
    "ximilar_accounts": "Ximilar's language",
    "ximilar_verifications": "Ximilar's language",
    "deepomatic_networks": "Deepomatic's language",
    "deepomatic_specifications": "Deepomatic's language",
    "deepomatic_versions": "Deepomatic's language",
    "deepomatic_public": "Deepomatic's language",
    "deepomatic_tasks": "Deepomatic's language",
    "ops": "Operation",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view accepts and returns, beyond its route and docstring."""

    answers: Mapping[int, type[BaseModel] | str | tuple[str, ...]]  # status -> JSON body, or media types
    problems: Mapping[int, str]  # status -> when it is answered
    query: Mapping[str, str] = field(default_factory=dict)  # parameter -> what it does
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
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
    )
    spec.components.security_scheme(_TOKEN, {"type": "http", "scheme": "token", "description": _HOW_TO_SEND})
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
    for name, schema in schemas["$defs"].items():
        spec.components.schema(name, schema)
    return spec.to_dict()


def _named(operation: dict[str, Any], method: str, methods: int) -> dict[str, Any]:
    # One view may answer several methods; each of them is an operation of its own.
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
        "tags": [_TAGS[endpoint.partition(".")[0]]],
        "summary": summary,
        "description": " ".join(rest.split()),
        "parameters": [
            *path_parameters,
            *_optional(described.query, "query"),
            *_optional(described.headers, "header"),
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
    if described.needs_token:
        description["security"] = [{_TOKEN: []}]
    return description


def _path_parameters(rule: str) -> list[dict[str, Any]]:
    return [
        {
            "name": match["name"],
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0} if match["kind"] == "int" else {"type": "string"},
        }
        for match in _CONVERTER.finditer(rule)
    ]


def _optional(parameters: Mapping[str, str], place: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": place, "required": False, "description": what, "schema": {"type": "string"}}
        for name, what in parameters.items()
    ]


def _answer(body: type[BaseModel] | str | tuple[str, ...], language: Language) -> dict[str, Any]:
    if isinstance(body, tuple):
        return {"description": " or ".join(body), "content": {media_type: {} for media_type in body}}
    if isinstance(body, str):
        return {"description": body, "content": {body: {}}} if "/" in body else {"description": body}
    described = " ".join((body.__doc__ or "").split())
    return {"description": described, "content": {language.answer: {"schema": _schema(body)}}}


def _problem(when: str, language: Language) -> dict[str, Any]:
    return {"description": when, "content": {language.refusal: {"schema": _schema(language.refused)}}}


def _schema(body: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=body.__name__)}
