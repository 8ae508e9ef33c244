"""Check what Deepomatic's API takes, and say where exactly it is wrong."""

from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from coralchunk.api.bodies import BodyModel
from coralchunk.errors.access import BadDocument, Fault
from coralchunk.networks.inputs import BoundingBox, PolygonPoint
from coralchunk.networks.postprocessing import Output, PostProcessing
from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.recognition.row_ids import LARGEST_ID

_MAX_FAULTS: Final = 5
_LONGEST_TEXT: Final = 10_000
_Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
_Text = Annotated[str, Field(max_length=_LONGEST_TEXT, pattern=r"^[^\x00]*$")]
_Id = Annotated[int, Field(ge=0, le=LARGEST_ID)]
_Metadata = dict[str, Any]
_Known = TypeVar("_Known", bound=BaseModel)


class _Body(BodyModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NetworkForm(_Body):
    """A network; its ONNX file and its mean files come in fields named as the files."""

    name: _Name
    framework: Annotated[str, Field(max_length=100)] = Field(description="`onnx`")
    preprocessing: Preprocessing
    description: _Text = ""
    metadata: _Metadata = Field(default_factory=dict)
    postprocessings: list[Any] | None = Field(None, description="Kept as it is sent")


class NetworkChanges(_Body):
    """What can be changed of a network."""

    name: _Name | None = None
    description: _Text | None = None
    metadata: _Metadata | None = None


class SpecificationBody(_Body):
    """A specification."""

    name: _Name
    outputs: Annotated[list[Output], Field(min_length=1, max_length=64)]
    description: _Text = ""
    metadata: _Metadata = Field(default_factory=dict)


class SpecificationChanges(NetworkChanges):
    """What can be changed of a specification."""

    current_version_id: _Id | None = Field(None, description="A version of this specification, or null")


class VersionBody(_Body):
    """A version: a network, and how its tensors are read."""

    spec_id: _Id
    network_id: _Id
    post_processings: Annotated[list[PostProcessing], Field(min_length=1, max_length=64)]


class InferenceImage(_Body):
    """A picture, and the part of it that counts."""

    source: Any = Field(description="An address, or a data URI; in a form also a file")
    bbox: BoundingBox | None = None
    polygon: Annotated[list[PolygonPoint], Field(min_length=3, max_length=10_000)] | None = None
    crop_uniform_background: bool = False


class InferenceInput(_Body):
    """One input of a network."""

    image: InferenceImage


class InferenceBody(BodyModel):
    """A question to a network, with a picture for each of its image inputs."""

    model_config = ConfigDict(frozen=True)  # unknown fields are ignored

    inputs: Annotated[list[InferenceInput], Field(min_length=1, max_length=64)]
    show_discarded: bool = False
    max_predictions: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    output_tensors: Annotated[list[str], Field(min_length=1, max_length=256)] | None = Field(
        None, description="Of a network: which tensors to tell; all of them by default"
    )

    @field_validator("output_tensors", mode="before")
    @classmethod
    def _one(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


def read(kind: type[_Known], fields: dict[str, Any]) -> _Known:
    """Check a body. Raises BadDocument, naming each field that is wrong."""
    try:
        return kind.model_validate(fields)
    except ValidationError as wrong:
        found = wrong.errors(include_url=False, include_input=False, include_context=False)[:_MAX_FAULTS]
        faults = tuple(Fault(None, f"{_place(one['loc'])}: {one['msg']}.") for one in found)
        raise BadDocument(faults) from None


def changes(
    kind: type[NetworkChanges], fields: dict[str, Any], method: Literal["PATCH", "PUT"] | str
) -> dict[str, Any]:
    """Return the columns to change; PUT empties what may be empty and is not given. Raises BadDocument."""
    given = read(kind, fields).model_dump(exclude_unset=True)
    nullable = {"current_version_id"}
    told = {name: value for name, value in given.items() if value is not None or name in nullable}
    return {"description": "", "metadata": {}, **told} if method == "PUT" else told


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for step in location:
        place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else step
    return place or "body"
