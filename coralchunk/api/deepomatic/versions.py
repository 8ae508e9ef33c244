"""Join networks and specifications: /v0.7/recognition/versions."""

import time
from typing import Final

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.deepomatic.body import read_body
from coralchunk.api.deepomatic.errors import DEEPOMATIC, PREFIX, answer
from coralchunk.api.deepomatic.inference import INFERENCE_PROBLEMS, infer_labels
from coralchunk.api.deepomatic.networks import BODY_PROBLEMS, BUSY, KEY_PROBLEMS, UNKNOWN
from coralchunk.api.deepomatic.paging import PAGING, page_body, requested_page
from coralchunk.api.deepomatic.requests import InferenceBody, VersionBody, read
from coralchunk.api.deepomatic.responses import (
    InferenceStarted,
    VersionList,
    VersionObject,
    listed_version,
    version_object,
)
from coralchunk.api.openapi import Operation, operation
from coralchunk.identity import Scope
from coralchunk.recognition.networks import files_of
from coralchunk.recognition.specifications import outputs_of
from coralchunk.recognition.versions import post_processings_of

versions = Blueprint("deepomatic_versions", __name__, url_prefix=f"{PREFIX}/recognition/versions")

_MAX_BYTES: Final = 8_000_000


@versions.get("/", strict_slashes=False)
@operation(
    Operation(
        answers={200: VersionList},
        problems={400: "Not a page", **KEY_PROBLEMS, **BUSY},
        query=PAGING,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def list_versions() -> ResponseReturnValue:
    """List your versions, without their post-processings."""
    identity, page = authenticate(Scope.READ), requested_page()
    found, count = services().recognition.versions.page(identity.user_id, None, page)
    return answer(page_body(page, [listed_version(one) for one in found], count))


@versions.post("/", strict_slashes=False)
@operation(
    Operation(
        answers={201: VersionObject},
        problems={**BODY_PROBLEMS, **UNKNOWN, **KEY_PROBLEMS, **BUSY},
        body=VersionBody,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def create_version() -> ResponseReturnValue:
    """Create a version: a network for a specification."""
    identity = authenticate(Scope.NETWORKS)
    with read_body(_MAX_BYTES) as body:
        sent = read(VersionBody, body.fields)
    kept = services().recognition.versions.add(
        identity.user_id, sent.spec_id, sent.network_id, sent.post_processings, time.time()
    )
    return answer(version_object(kept).model_dump(mode="json"), 201)


@versions.get("/<int:version_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: VersionObject},
        problems={**UNKNOWN, **KEY_PROBLEMS, **BUSY},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def get_version(version_id: int) -> ResponseReturnValue:
    """Describe a version."""
    found = services().recognition.versions.find(authenticate(Scope.READ).user_id, version_id)
    return answer(version_object(found).model_dump(mode="json"))


@versions.delete("/<int:version_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "The version is gone"},
        problems={**UNKNOWN, **KEY_PROBLEMS, **BUSY},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def delete_version(version_id: int) -> ResponseReturnValue:
    """Delete a version; a specification whose current version it was has none then."""
    services().recognition.versions.delete(authenticate(Scope.NETWORKS).user_id, version_id)
    return Response(status=204)


@versions.post("/<int:version_id>/inference", strict_slashes=False)
@operation(
    Operation(
        answers={200: InferenceStarted},
        problems=INFERENCE_PROBLEMS,
        body=InferenceBody,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def infer_with_version(version_id: int) -> ResponseReturnValue:
    """Ask a version."""
    identity = authenticate(Scope.NETWORKS)
    version = services().recognition.versions.find(identity.user_id, version_id)
    outputs, how = outputs_of(version.specification), post_processings_of(version.row)
    return infer_labels(files_of(version.network), outputs, how, identity.user)
