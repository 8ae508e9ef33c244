"""Serve the files of training images under signed addresses, which need no token: /recognition/v2/image/."""

import time
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from coralchunk.api.conditional import private
from coralchunk.api.context import services
from coralchunk.errors.datasets import UnknownThing

image_files = Blueprint("ximilar_files", __name__, url_prefix="/recognition/v2/image")

_THUMBNAIL: Final = "-thumb"
_TYPES: Final = {"jpg": "image/jpeg", "png": "image/png"}


@image_files.get("/<name>")
def image_file(name: str) -> ResponseReturnValue:
    """Serve an image or its thumbnail, as long as the image is there and the address holds."""
    services().datasets.addresses.check(
        request.path, request.args.get("expires", ""), request.args.get("signature", ""), time.time()
    )
    stem, _, extension = name.rpartition(".")
    images = services().datasets.images
    image = images.find_anyones(stem.removesuffix(_THUMBNAIL))
    if extension not in _TYPES:
        raise UnknownThing("image", name)
    content = images.thumbnail(image) if stem.endswith(_THUMBNAIL) else images.content(image)
    return private(Response(content, content_type=_TYPES[extension]))
