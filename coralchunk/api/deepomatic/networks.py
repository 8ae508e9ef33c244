"""Upload, list, change, delete and ask networks: /v0.7/networks."""

import time
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.deepomatic.body import read_body
from coralchunk.api.deepomatic.errors import DEEPOMATIC, PREFIX, answer
from coralchunk.api.deepomatic.inference import INFERENCE_PROBLEMS, infer_tensors
from coralchunk.api.deepomatic.paging import PAGING, page_body, requested_page
from coralchunk.api.deepomatic.requests import InferenceBody, NetworkChanges, NetworkForm, changes, read
from coralchunk.api.deepomatic.responses import InferenceStarted, NetworkList, NetworkObject, network_object
from coralchunk.api.openapi import Operation, operation
from coralchunk.errors.networks import UnknownNetwork
from coralchunk.identity import Identity, Scope
from coralchunk.recognition.networks import NewNetwork, Owner, check_framework, files_of

networks = Blueprint("deepomatic_networks", __name__, url_prefix=f"{PREFIX}/networks")

_FORM_BYTES: Final = 1_000_000  # of all fields that are not files
_TEXT_BYTES: Final = 1_000_000
KEY_PROBLEMS: Final = {401: "No key, or a wrong one", 403: "The key was not given out for this"}
BUSY: Final = {
    503: "The server is busy, or a part of it does not answer; try again after Retry-After seconds"
}
BODY_PROBLEMS: Final = {
    400: "What was sent is not as described; the error says where",
    413: "Too many bytes",
    415: "Neither JSON nor a multipart form",
}
UNKNOWN: Final = {404: "You have none of this number"}


@networks.get("/", strict_slashes=False)
@operation(
    Operation(
        answers={200: NetworkList},
        problems={400: "Not a page", **KEY_PROBLEMS, **BUSY},
        query=PAGING,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def list_networks() -> ResponseReturnValue:
    """List your networks."""
    identity, page = authenticate(Scope.READ), requested_page()
    found, count = services().recognition.networks.page(identity.user_id, page)
    return answer(page_body(page, [network_object(one) for one in found], count))


@networks.post("/", strict_slashes=False)
@operation(
    Operation(
        answers={201: NetworkObject},
        problems={**BODY_PROBLEMS, **KEY_PROBLEMS, **BUSY},
        form=NetworkForm,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def create_network() -> ResponseReturnValue:
    """Upload a network: an ONNX file, and how its inputs are prepared."""
    identity = authenticate(Scope.NETWORKS)
    with read_body(services().settings.network_max_mb * 1_000_000 + _FORM_BYTES) as body:
        if isinstance(body.fields.get("framework"), str):
            check_framework(body.fields["framework"])  # before its preprocessing is checked
        sent = read(NetworkForm, body.fields)
        new = NewNetwork(
            name=sent.name,
            description=sent.description,
            metadata=sent.metadata,
            framework=sent.framework,
            preprocessing=sent.preprocessing,
            post_processings=sent.postprocessings,
            files={name: content.read() for name, content in body.files.items()},
        )
        network = services().recognition.networks.add(owner_of(identity), new, time.time())
    return answer(network_object(network).model_dump(mode="json"), 201)


@networks.get("/<int:network_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: NetworkObject},
        problems={**UNKNOWN, **KEY_PROBLEMS, **BUSY},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def get_network(network_id: int) -> ResponseReturnValue:
    """Describe a network."""
    return _network_response(authenticate(Scope.READ), network_id)


@networks.route("/<int:network_id>/", methods=["PATCH", "PUT"], strict_slashes=False)
@operation(
    Operation(
        answers={200: NetworkObject},
        problems={**BODY_PROBLEMS, **UNKNOWN, **KEY_PROBLEMS, **BUSY},
        body=NetworkChanges,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def change_network(network_id: int) -> ResponseReturnValue:
    """Change a network's name, description or metadata; nothing else can be changed."""
    identity = authenticate(Scope.NETWORKS)
    with read_body(_TEXT_BYTES) as body:
        wanted = changes(NetworkChanges, body.fields, request.method)
    services().recognition.networks.change(identity.user_id, network_id, wanted, time.time())
    return _network_response(identity, network_id)


@networks.delete("/<int:network_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "The network and its versions are gone"},
        problems={**UNKNOWN, **KEY_PROBLEMS, **BUSY},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def delete_network(network_id: int) -> ResponseReturnValue:
    """Delete a network and its versions."""
    services().recognition.networks.delete(authenticate(Scope.NETWORKS).user_id, network_id)
    return Response(status=204)


@networks.post("/<int:network_id>/inference", strict_slashes=False)
@operation(
    Operation(
        answers={200: InferenceStarted},
        problems=INFERENCE_PROBLEMS,
        body=InferenceBody,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def infer_with_network(network_id: int) -> ResponseReturnValue:
    """Ask a network; the task holds its tensors."""
    identity = authenticate(Scope.NETWORKS)
    kept = services().recognition.networks
    network = kept.find(identity.user_id, network_id)
    _, outputs = kept.tensors(network)
    return infer_tensors(files_of(network), outputs, identity.user)


@networks.get("/public/", strict_slashes=False)
@operation(
    Operation(
        answers={200: NetworkList},
        problems={400: "Not a page", **KEY_PROBLEMS, **BUSY},
        query=PAGING,
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def list_public_networks() -> ResponseReturnValue:
    """List the networks that everybody may use; there are none."""
    authenticate(Scope.READ)
    return answer(page_body(requested_page(), [], 0))


@networks.get("/public/<name>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: NetworkObject},
        problems={404: "There is none of this name", **KEY_PROBLEMS, **BUSY},
        language=DEEPOMATIC,
        needs_token=True,
    )
)
def get_public_network(name: str) -> ResponseReturnValue:
    """Describe a network that everybody may use."""
    authenticate(Scope.READ)
    raise UnknownNetwork(name)


def owner_of(identity: Identity) -> Owner:
    """Return whose networks and jobs a request makes."""
    return Owner(identity.user_id, identity.user)


def _network_response(identity: Identity, network_id: int) -> Response:
    found = services().recognition.networks.find(identity.user_id, network_id)
    return answer(network_object(found).model_dump(mode="json"))
