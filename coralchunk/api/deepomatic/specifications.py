"""Serve specifications of what is recognised, and inferences: /v0.7/recognition/specs and /public."""

import time
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.deepomatic.body import read_body
from coralchunk.api.deepomatic.errors import DEEPOMATIC, PREFIX, answer
from coralchunk.api.deepomatic.inference import INFERENCE_PROBLEMS, infer_labels
from coralchunk.api.deepomatic.networks import BODY_PROBLEMS, BUSY, KEY_PROBLEMS, UNKNOWN
from coralchunk.api.deepomatic.paging import PAGING, page_body, requested_page
from coralchunk.api.deepomatic.requests import (
    InferenceBody,
    SpecificationBody,
    SpecificationChanges,
    changes,
    read,
)
from coralchunk.api.deepomatic.responses import (
    InferenceStarted,
    SpecificationList,
    SpecificationObject,
    VersionList,
    listed_specification,
    listed_version,
    specification_object,
)
from coralchunk.api.openapi import Operation, operation
from coralchunk.errors.networks import BadInference
from coralchunk.identity import Scope
from coralchunk.recognition.networks import files_of
from coralchunk.recognition.specifications import NewSpecification, outputs_of
from coralchunk.recognition.versions import post_processings_of

specifications = Blueprint("deepomatic_specifications", __name__, url_prefix=f"{PREFIX}/recognition/specs")

_MAX_BYTES: Final = 8_000_000  # a specification of 10,000 labels takes 500 kB


@specifications.get("/", strict_slashes=False)
@operation(
    Operation(
        answers={200: SpecificationList},
        problems={400: "Not a page", **KEY_PROBLEMS, **BUSY},
        query=PAGING,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def list_specifications() -> ResponseReturnValue:
    """List your specifications, without their outputs."""
    identity, page = authenticate(Scope.READ), requested_page()
    found, count = services().recognition.specifications.page(identity.user_id, page)
    return answer(page_body(page, [listed_specification(one) for one in found], count))


@specifications.post("/", strict_slashes=False)
@operation(
    Operation(
        answers={201: SpecificationObject},
        problems={**BODY_PROBLEMS, **KEY_PROBLEMS, **BUSY},
        body=SpecificationBody,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def create_specification() -> ResponseReturnValue:
    """Create a specification of what to recognise."""
    identity = authenticate(Scope.NETWORKS)
    with read_body(_MAX_BYTES) as body:
        sent = read(SpecificationBody, body.fields)
    new = NewSpecification(sent.name, sent.description, sent.metadata, tuple(sent.outputs))
    kept = services().recognition.specifications.add(identity.user_id, new, time.time())
    return answer(specification_object(kept).model_dump(mode="json"), 201)


@specifications.get("/<int:spec_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: SpecificationObject},
        problems={**UNKNOWN, **KEY_PROBLEMS, **BUSY},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def get_specification(spec_id: int) -> ResponseReturnValue:
    """Describe a specification."""
    found = services().recognition.specifications.find(authenticate(Scope.READ).user_id, spec_id)
    return answer(specification_object(found).model_dump(mode="json"))


@specifications.route("/<int:spec_id>/", methods=["PATCH", "PUT"], strict_slashes=False)
@operation(
    Operation(
        answers={200: SpecificationObject},
        problems={**BODY_PROBLEMS, **UNKNOWN, **KEY_PROBLEMS, **BUSY},
        body=SpecificationChanges,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def change_specification(spec_id: int) -> ResponseReturnValue:
    """Change a specification's name, description, metadata or current version; its outputs stay."""
    identity = authenticate(Scope.NETWORKS)
    with read_body(_MAX_BYTES) as body:
        wanted = changes(SpecificationChanges, body.fields, request.method)
    kept = services().recognition.specifications
    changed = kept.change(identity.user_id, spec_id, wanted, time.time())
    return answer(specification_object(changed).model_dump(mode="json"))


@specifications.delete("/<int:spec_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "The specification and its versions are gone"},
        problems={**UNKNOWN, **KEY_PROBLEMS, **BUSY},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def delete_specification(spec_id: int) -> ResponseReturnValue:
    """Delete a specification and its versions."""
    services().recognition.specifications.delete(authenticate(Scope.NETWORKS).user_id, spec_id)
    return Response(status=204)


@specifications.get("/<int:spec_id>/versions/", strict_slashes=False)
@operation(
    Operation(
        answers={200: VersionList},
        problems={400: "Not a page", **UNKNOWN, **KEY_PROBLEMS, **BUSY},
        query=PAGING,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def list_versions_of_specification(spec_id: int) -> ResponseReturnValue:
    """List the versions of a specification, without their post-processings."""
    identity, page = authenticate(Scope.READ), requested_page()
    found, count = services().recognition.versions.page(identity.user_id, spec_id, page)
    return answer(page_body(page, [listed_version(one) for one in found], count))


@specifications.post("/<int:spec_id>/inference", strict_slashes=False)
@operation(
    Operation(
        answers={200: InferenceStarted},
        problems=INFERENCE_PROBLEMS,
        body=InferenceBody,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def infer_with_specification(spec_id: int) -> ResponseReturnValue:
    """Ask the current version of a specification."""
    identity = authenticate(Scope.NETWORKS)
    kept = services().recognition
    specification = kept.specifications.find(identity.user_id, spec_id)
    if specification.current_version_id is None:
        raise BadInference(
            f"specification {spec_id}", "it has no current version; create one, or set current_version_id"
        )
    version = kept.versions.find(identity.user_id, specification.current_version_id)
    how = post_processings_of(version.row)
    return infer_labels(files_of(version.network), outputs_of(specification), how, identity.user)
