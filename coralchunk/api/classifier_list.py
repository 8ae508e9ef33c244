"""Serve GET /api/classifiers, which two languages share: CoralNet's scripts, and clients of API Torch.

Clients of API Torch are known by their key as user name of HTTP Basic, which they alone send by themselves.
"""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.apitorch.responses import classifier_body
from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.coralnet.classifiers import KNOWN_PROBLEMS, coralnet_list, listed_classifier
from coralchunk.api.coralnet.errors import CORALNET
from coralchunk.api.coralnet.responses import Classifiers
from coralchunk.api.openapi import Operation, operation
from coralchunk.identity import Scope

classifier_list = Blueprint("classifier_list", __name__, url_prefix="/api")


@classifier_list.get("/classifiers", strict_slashes=False)
@operation(
    Operation(answers={200: Classifiers}, problems=KNOWN_PROBLEMS, language=CORALNET, needs_token=True)
)
def classifiers() -> ResponseReturnValue:
    """List the classifiers, their versions and labels; by HTTP Basic, as API Torch does, trained ones too."""
    identity = authenticate(Scope.READ)
    if request.authorization is None or request.authorization.type != "basic":
        return coralnet_list()
    shared = {known.id: listed_classifier(known).model_dump() for known in services().registry.classifiers()}
    data = [
        shared.get(one.id, {}) | classifier_body(one) for one in services().answering.listed(identity.user_id)
    ]
    return jsonify(object="list", data=data)
