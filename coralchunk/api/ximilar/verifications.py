"""Serve who says that an image's labels are right: /annotate/v2/verification/."""

import time

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.ximilar.bodies import verification_body
from coralchunk.api.ximilar.errors import ANNOTATE
from coralchunk.api.ximilar.refusals import BODY, NOT_YOURS, TOKEN
from coralchunk.api.ximilar.requests import NewVerification, read
from coralchunk.api.ximilar.responses import VerificationBody, VerificationPage
from coralchunk.errors.datasets import UnknownThing
from coralchunk.identity import Scope

verifications = Blueprint("ximilar_verifications", __name__, url_prefix="/annotate/v2/verification")


@verifications.get("/", strict_slashes=False)
@operation(
    Operation(
        answers={200: VerificationPage},
        problems={404: NOT_YOURS, **TOKEN},
        query={"image": "Id of an image: only its verifications"},
        language=ANNOTATE,
        needs_token=True,
    )
)
def listed() -> ResponseReturnValue:
    """List the verifications of an image, or of all images."""
    user_id, datasets = authenticate(Scope.READ).user_id, services().datasets
    image_id = request.args.get("image")
    image = datasets.images.get(user_id, image_id) if image_id else None
    found = datasets.labelling.verifications(user_id, image)
    results = [verification_body(one) for one in found]
    return jsonify(count=len(results), next=None, previous=None, results=results)


@verifications.post("/", strict_slashes=False)
@operation(
    Operation(
        answers={201: VerificationBody},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=NewVerification,
        language=ANNOTATE,
        needs_token=True,
    )
)
def create() -> ResponseReturnValue:
    """Say that the labels of an image are right."""
    user_id, datasets = authenticate(Scope.TRAIN).user_id, services().datasets
    sent = read(NewVerification)
    if sent.user not in {None, user_id}:
        raise UnknownThing("user", sent.user)
    image = datasets.images.get(user_id, sent.image_id)
    return jsonify(verification_body(datasets.labelling.verify(image, user_id, time.time()))), 201


@verifications.delete("/<verification_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "It is taken back"},
        problems={404: NOT_YOURS, **TOKEN},
        language=ANNOTATE,
        needs_token=True,
    )
)
def delete(verification_id: str) -> ResponseReturnValue:
    """Take a verification back."""
    services().datasets.labelling.unverify(authenticate(Scope.TRAIN).user_id, verification_id)
    return Response(status=204)
