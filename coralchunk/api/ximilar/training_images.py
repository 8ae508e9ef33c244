"""Serve training images: /recognition/v2/training-image/."""

import time

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from coralchunk.api.authentication import authenticate
from coralchunk.api.context import services
from coralchunk.api.openapi import Operation, operation
from coralchunk.api.ximilar.errors import RECOGNITION
from coralchunk.api.ximilar.image_bodies import image_answer, image_bodies
from coralchunk.api.ximilar.image_content import sent_image
from coralchunk.api.ximilar.image_filters import QUERY, requested_images
from coralchunk.api.ximilar.paging import page_body, requested_page
from coralchunk.api.ximilar.refusals import BODY, NOT_YOURS, PAGE, TOKEN
from coralchunk.api.ximilar.requests import ImageChange, NewImage, image_request_bytes, read
from coralchunk.api.ximilar.responses import ImageBody, ImagePage
from coralchunk.datasets.images import Upload
from coralchunk.identity import Scope

images = Blueprint("ximilar_images", __name__, url_prefix="/recognition/v2/training-image")


@images.get("/", strict_slashes=False)
@operation(
    Operation(
        answers={200: ImagePage},
        problems={400: "A filter cannot be read", 404: "No such workspace, label or page", **TOKEN},
        query=PAGE | QUERY,
        language=RECOGNITION,
        needs_token=True,
    )
)
def listed() -> ResponseReturnValue:
    """List the training images of a workspace, by label, value or mark.

    `label_value_<id>__gte` and `label_value_<id>__lte` bound the value of a label.
    """
    user_id, page = authenticate(Scope.READ).user_id, requested_page()
    wanted, kept = requested_images(user_id), services().datasets.images
    found = kept.page(wanted, page.after_id, page.offset, page.limit)
    return jsonify(page_body(page, kept.count(wanted), found, image_bodies))


@images.post("/", strict_slashes=False)
@operation(
    Operation(
        answers={201: ImageBody},
        problems={
            **BODY,
            400: "A field or the image cannot be used, or the workspace has this image already",
            404: "No such workspace",
            507: "No room to keep the image",
            **TOKEN,
        },
        body=NewImage,
        language=RECOGNITION,
        needs_token=True,
    )
)
def create() -> ResponseReturnValue:
    """Keep a training image: the file `img_path` of a form, or `base64`.

    The copy that is kept has no metadata of a camera. Without `noresize` it is scaled down to 1024 px.
    """
    user_id, sent, now = authenticate(Scope.TRAIN).user_id, read(NewImage, image_request_bytes()), time.time()
    workspace = services().datasets.workspaces.named(user_id, sent.workspace, now)
    upload = Upload(sent_image("img_path", sent.base64), sent.noresize, sent.meta_data, sent.test_image)
    return image_answer(services().datasets.images.add(workspace, upload, now), 201)


@images.get("/<image_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={200: ImageBody}, problems={404: NOT_YOURS, **TOKEN}, language=RECOGNITION, needs_token=True
    )
)
def one(image_id: str) -> ResponseReturnValue:
    """Return a training image with its labels."""
    return image_answer(services().datasets.images.get(authenticate(Scope.READ).user_id, image_id))


@images.route("/<image_id>/", methods=["PUT", "PATCH"], strict_slashes=False)
@operation(
    Operation(
        answers={200: ImageBody},
        problems={**BODY, 404: NOT_YOURS, **TOKEN},
        body=ImageChange,
        language=RECOGNITION,
        needs_token=True,
    )
)
def change(image_id: str) -> ResponseReturnValue:
    """Replace the metadata of a training image, or mark it."""
    user_id, kept = authenticate(Scope.TRAIN).user_id, services().datasets.images
    image, sent = kept.get(user_id, image_id), read(ImageChange)
    changes = {"metadata": sent.meta_data, "is_test": sent.test_image, "is_real": sent.real}
    kept.change([image], {name: value for name, value in changes.items() if value is not None})
    return image_answer(kept.get(user_id, image_id))


@images.delete("/<image_id>/", strict_slashes=False)
@operation(
    Operation(
        answers={204: "It is deleted"},
        problems={404: NOT_YOURS, **TOKEN},
        language=RECOGNITION,
        needs_token=True,
    )
)
def delete(image_id: str) -> ResponseReturnValue:
    """Delete a training image; its addresses die at once."""
    kept = services().datasets.images
    kept.delete([kept.get(authenticate(Scope.TRAIN).user_id, image_id)])
    return Response(status=204)
