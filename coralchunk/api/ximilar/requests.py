"""Read what clients send: JSON, or the same fields in a form."""

import json
import math
from collections.abc import Callable
from typing import Annotated, Any, Final, NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from coralchunk.api.bodies import BodyModel
from coralchunk.api.context import services
from coralchunk.errors.datasets import BadValue

SMALL_BYTES: Final = 8_000_000  # of a request without images; a thousand ids take 40 kB
_LONGEST_METADATA: Final = 65_536  # characters, as JSON
_FORM_TYPES: Final = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
_MAX_FAULTS: Final = 5
_Known = TypeVar("_Known", bound=BaseModel)


def _unquoted(value: object) -> object:
    # The published examples have quotes around ids and search texts.
    return value.strip().strip('"') if isinstance(value, str) else value


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("use a number")  # noqa: TRY004 - pydantic takes these alone
    return value


def _object(value: object) -> object:
    if isinstance(value, str):  # in a form
        value = _parsed(value) if value.strip() else {}
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("use an object")  # noqa: TRY004 - likewise
    if len(json.dumps(value)) > _LONGEST_METADATA:
        raise ValueError(f"at most {_LONGEST_METADATA} characters are kept, as JSON")
    return value


Id = Annotated[str, BeforeValidator(_unquoted)]
Value = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Metadata = Annotated[dict[str, Any], BeforeValidator(_object)]


class Request(BodyModel):
    """A body; unknown fields are ignored, because clients send more than is published."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class InWorkspace(Request):
    """A body that names a workspace."""

    workspace: Id | None = Field(
        None, description="Id of a workspace; the default one for none and `Default`"
    )


class NewTask(InWorkspace):
    """A task that is to be made."""

    name: str | None = None
    type: Id | None = Field(default=None, description="`multi_class`, `multi_label` or `regression`")
    description: str | None = None


class TaskChange(Request):
    """What is to be changed of a task."""

    name: str | None = None
    description: str | None = None
    production_version: int | None = Field(
        default=None, description="Number of the version that is to answer"
    )


class NewLabel(InWorkspace):
    """A label that is to be made."""

    name: str | None = None
    type: Id | None = Field(default=None, description="`category` (default), `tag` or `value`")
    description: str | None = None
    output_name: str | None = None


class LabelChange(Request):
    """What is to be changed of a label."""

    name: str | None = None
    description: str | None = None
    output_name: str | None = None


class LabelOfTask(Request):
    """A label that is added to a task, or removed."""

    label_id: Id


class TaskOfLabel(Request):
    """A task that a label is added to, or removed from."""

    task_id: Id


class LabelOfImage(Request):
    """A label that an image gets or loses, and its value."""

    label_id: Id
    value: Value | None = Field(default=None, description="Only of labels of type `value`")


class NewImage(InWorkspace):
    """A training image, in addition to the file `img_path` of a form."""

    base64: str | None = Field(default=None, description="The file as base64, plain or as a data URI")
    meta_data: Metadata = Field(default_factory=dict)
    noresize: bool = Field(default=False, description="Do not scale it down to 1024 px")
    test_image: bool = Field(default=False, description="For evaluation only")


class ImageChange(Request):
    """What is to be changed of a training image."""

    meta_data: Metadata | None = None
    test_image: bool | None = None
    real: bool | None = None


class ImagesChange(InWorkspace):
    """What is to be changed of many training images."""

    images: list[Id] = Field(default_factory=list, description="Ids; or none, and a label to choose by")
    labels: list[Id] = Field(default_factory=list, description="Images that have all of these labels")
    labels_add: list[Id] = Field(default_factory=list, alias="labels-add")
    labels_remove: list[Id] = Field(default_factory=list, alias="labels-remove")
    mark_test: bool = Field(default=False, alias="mark-test")
    unmark_test: bool = Field(default=False, alias="unmark-test")
    mark_real: bool = Field(default=False, alias="mark-real")
    unmark_real: bool = Field(default=False, alias="unmark-real")


class NewWorkspace(Request):
    """A workspace that is to be made, or changed."""

    name: str | None = None
    meta_data: Metadata | None = None


class NewVerification(Request):
    """Somebody says that the labels of an image are right."""

    user: int | None = Field(default=None, description="Id of the user, who can only be the one that asks")
    image_id: Id


class Authorization(Request):
    """A requested service."""

    service: str | None = None
    call_type: str | None = None


def read(kind: type[_Known], max_bytes: int = SMALL_BYTES) -> _Known:
    """Return the body of this request. Raises BadValue, naming the field."""
    fields = read_fields(max_bytes)
    try:
        return kind.model_validate(fields)
    except ValidationError as wrong:
        _refuse(wrong, fields)


def read_fields(max_bytes: int) -> dict[str, Any]:
    """Return the fields of a JSON body or of a form; none for an empty body. Raises BadValue."""
    request.max_content_length = max_bytes
    if request.mimetype in _FORM_TYPES:
        request.max_form_memory_size = max_bytes
        return {**request.form}
    content = request.get_data(cache=False)
    if not content.strip():  # the client sends no body where there is nothing to say
        return {}
    try:
        fields = _parsed(content)
    except ValueError as damage:
        raise BadValue("body", content[:80].decode(errors="replace"), f"it is not JSON: {damage}") from None
    if not isinstance(fields, dict):
        raise BadValue("body", fields, "send a JSON object")
    return fields


def image_request_bytes() -> int:
    """Return how many bytes a request with images may have."""
    return services().settings.dataset_request_mb * 1_000_000


def _parsed(content: str | bytes) -> object:
    def refuse(constant: str) -> Callable[[str], NoReturn]:
        raise ValueError(f"{constant} is not JSON")

    try:
        return json.loads(content, parse_constant=refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def _refuse(wrong: ValidationError, fields: dict[str, Any]) -> NoReturn:
    first = wrong.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        raise BadValue(field, None, "this field is required") from None
    value = fields.get(str(first["loc"][0])) if len(first["loc"]) == 1 else first["input"]
    remedy = first["msg"].removeprefix("Value error, ").rstrip(".")
    raise BadValue(field, value, remedy[:1].lower() + remedy[1:]) from None
