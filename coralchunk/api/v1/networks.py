"""Look into a network file, and show what a network would get of a picture: /V1/api/networks.

Networks themselves are uploaded and asked under /v0.7.
"""

from dataclasses import asdict
from typing import Annotated, Any, Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pybase64 import b64encode
from pydantic import ConfigDict, Field, ValidationError

from coralchunk.api.authentication import authenticate
from coralchunk.api.bodies import BodyModel
from coralchunk.api.context import services
from coralchunk.api.json_body import fault_text
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.v1.refusals import NO_DATABASE, OWN_TOKEN
from coralchunk.errors.datasets import BadValue, MissingValue
from coralchunk.identity import Scope
from coralchunk.networks.graph import GraphTensor, read_graph
from coralchunk.networks.preprocessing import ImagePreprocessing
from coralchunk.recognition.preview import preview

networks = Blueprint("networks", __name__, url_prefix="/V1/api/networks")

_FORM_BYTES: Final = 1_000_000  # of all that is no file
_BINARY: Final = {"type": "string", "format": "binary"}
_File = Annotated[str, Field(json_schema_extra=_BINARY)]
_SENT: Final = {
    400: "A field is missing or cannot be used; `detail` names it",
    413: "Too many bytes or pixels",
    503: NO_DATABASE,
    **OWN_TOKEN,
}


class _Body(BodyModel):
    model_config = ConfigDict(extra="forbid")


class NetworkFileForm(_Body):
    """A form with a network."""

    file: _File


class TensorDescription(_Body):
    """An input or output of a network."""

    name: str
    data_type: str | None = Field(description="null for a type that cannot be fed or read here")
    shape: list[int | None] | None = Field(description="null for a side, or a whole shape, that is free")


class NetworkDescription(_Body):
    """What a network file says about itself."""

    inputs: list[TensorDescription]
    outputs: list[TensorDescription]


class PreviewForm(_Body):
    """A form with a picture and how it is to be prepared."""

    image: _File
    preprocessing: str = Field(description="JSON, as `image` of an input of `POST /v0.7/networks`")
    mean: _File | None = Field(None, description="The mean file, if `mean_file` names one")


class ChannelDescription(_Body):
    """The values of one channel of a tensor."""

    name: str
    lowest: float
    mean: float
    highest: float


class PreviewResponse(_Body):
    """What a network would get."""

    png: str = Field(description="Data URI of the resized picture")
    shape: list[int]
    data_type: str
    channels: list[ChannelDescription] = Field(description="In the order in which the network takes them")


@networks.post("/graph")
@operation(
    Operation(answers={200: NetworkDescription}, problems=_SENT, form=NetworkFileForm, needs_token=True)
)
def graph() -> ResponseReturnValue:
    """List the inputs and outputs of an ONNX file; nothing is stored, and the network is not run."""
    authenticate(Scope.NETWORKS)
    found = read_graph(memoryview(_sent("file", services().settings.network_max_mb)))
    return jsonify(
        inputs=[_tensor_body(one) for one in found.inputs],
        outputs=[_tensor_body(one) for one in found.outputs],
    )


@networks.post("/preview")
@operation(
    Operation(
        answers={200: PreviewResponse},
        problems={
            **_SENT,
            415: "The image has a format that is not accepted",
            422: "Not an image, or a damaged one",
        },
        form=PreviewForm,
        needs_token=True,
    )
)
def show() -> ResponseReturnValue:
    """Prepare a picture as a network would get it; nothing is stored."""
    authenticate(Scope.NETWORKS)
    settings = services().settings
    content, how = _sent("image", settings.max_upload_mb), _preprocessing()
    mean = (how.mean_file, _sent("mean", settings.max_upload_mb)) if how.mean_file else None
    found = preview(content, how, mean, settings.max_pixels)
    return jsonify(
        png=f"data:image/png;base64,{b64encode(found.png).decode()}",
        shape=list(found.shape),
        data_type=found.data_type,
        channels=[asdict(one) for one in found.channels],
    )


def _sent(field: str, max_mb: int) -> bytes:
    request.max_content_length = max_mb * 1_000_000 + _FORM_BYTES
    file = request.files.get(field)
    if file is None:
        raise MissingValue(field, f"send the file as `{field}` of a form")
    return bytes(file.read())


def _preprocessing() -> ImagePreprocessing:
    text = request.form.get("preprocessing", "")
    try:
        return ImagePreprocessing.model_validate_json(text)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        raise BadValue("preprocessing", text, fault_text(first["loc"], first["msg"])) from None


def _tensor_body(tensor: GraphTensor) -> dict[str, Any]:
    return {
        "name": tensor.name,
        "data_type": None if tensor.data_type is None else tensor.data_type.value,
        "shape": None if tensor.shape is None else list(tensor.shape),
    }
