"""Offer the model of this server to every user with a key: /v0.7/recognition/public."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.deepomatic.errors import DEEPOMATIC, PREFIX, answer
from coralchunk.api.deepomatic.inference import INFERENCE_PROBLEMS, infer_labels
from coralchunk.api.deepomatic.networks import BUSY, KEY_PROBLEMS
from coralchunk.api.deepomatic.paging import PAGING, page_body, requested_page
from coralchunk.api.deepomatic.requests import InferenceBody
from coralchunk.api.deepomatic.responses import (
    InferenceStarted,
    PublicSpecificationList,
    PublicSpecificationObject,
    listed_public,
    public_object,
)
from coralchunk.api.openapi import Operation, operation
from coralchunk.identity import Scope

public = Blueprint("deepomatic_public", __name__, url_prefix=f"{PREFIX}/recognition/public")


@public.get("/", strict_slashes=False)
@operation(
    Operation(
        answers={200: PublicSpecificationList},
        problems={400: "Not a page", **KEY_PROBLEMS, **BUSY},
        query=PAGING,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def list_public_specifications() -> ResponseReturnValue:
    """List the specifications that everybody may use, without their outputs."""
    authenticate(Scope.READ)
    page, found = requested_page(), services().recognition.public.all()
    chosen = found[page.offset : page.offset + page.limit]
    return answer(page_body(page, [listed_public(one) for one in chosen], len(found)))


@public.get("/<name>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: PublicSpecificationObject},
        problems={404: "There is none of this name", **KEY_PROBLEMS, **BUSY},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def get_public_specification(name: str) -> ResponseReturnValue:
    """Describe a specification that everybody may use."""
    authenticate(Scope.READ)
    return answer(public_object(services().recognition.public.find(name)).model_dump(mode="json"))


@public.post("/<name>/inference", strict_slashes=False)
@operation(
    Operation(
        answers={200: InferenceStarted},
        problems=INFERENCE_PROBLEMS,
        body=InferenceBody,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def infer_with_public_specification(name: str) -> ResponseReturnValue:
    """Ask a model of this server."""
    identity = authenticate(Scope.CLASSIFY)
    found = services().recognition.public.find(name)
    return infer_labels(found.model, (found.output,), (found.how,), identity.user)
