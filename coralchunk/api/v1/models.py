"""Serve the models that photos can be classified by: /V1/api/models."""

from typing import Any, Final, Literal

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field

from coralchunk.api.authentication import authenticate, v1_identity
from coralchunk.api.bodies import BodyModel
from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.api.json_body import read_json_body
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.v1.refusals import BODY, NO_DATABASE, OWN_TOKEN, TOKEN
from coralchunk.identity import Identity, Scope

models = Blueprint("models", __name__, url_prefix="/V1/api/models")

_LONGEST: Final = 150


class PhotoModelResponse(BodyModel):
    """A model that photos can be classified by."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(description="What uploads name it", examples=["coralchunk-lite0-1.1.1"])
    origin: Literal["server", "site"] = Field(
        description="`site`: made on a collection of corrections of yours"
    )
    collection: str | None = Field(description="The name of that collection")


class PhotoModelList(BodyModel):
    """The models that uploads may name."""

    model_config = ConfigDict(extra="forbid")

    models: list[PhotoModelResponse]
    default: str = Field(
        description="The model that classifies photos of this token, unless the upload names one"
    )


class DefaultModel(BodyModel):
    """The model that is to classify the photos of a token."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str | None = Field(max_length=_LONGEST, description="null for the server's own model")


@models.get("")
@operation(Operation(answers={200: PhotoModelList}, problems={503: NO_DATABASE, **TOKEN}))
def listed() -> ResponseReturnValue:
    """List the models that photos can be classified by, the server's own first."""
    identity = v1_identity(Scope.READ)
    return private(jsonify(_list_body(identity, services().photo_models.default(identity))))


@models.put("/default")
@operation(
    Operation(
        answers={200: PhotoModelList},
        problems={**BODY, 503: NO_DATABASE, **OWN_TOKEN},
        body=DefaultModel,
        needs_token=True,
    )
)
def set_default() -> ResponseReturnValue:
    """Have a model classify all photos that are sent with this token and name no other."""
    identity, sent = authenticate(Scope.CLASSIFY), read_json_body(DefaultModel)
    default = services().photo_models.set_default(sent.model, identity)
    return jsonify(_list_body(identity, default))


def _list_body(identity: Identity | None, default: str) -> dict[str, Any]:
    return {
        "models": [
            {"model": one.label, "origin": one.origin, "collection": one.collection}
            for one in services().photo_models.listed(identity)
        ],
        "default": default,
    }
