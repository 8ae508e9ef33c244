"""Shape training images as clients read them, with their labels and signed addresses."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Response, jsonify

from coralchunk.api.context import services
from coralchunk.api.signed_url import own_url, signed_path
from coralchunk.api.ximilar.bodies import label_body, time_text
from coralchunk.storage.rows.image_labels import ImageLabel
from coralchunk.storage.rows.images import Image
from coralchunk.storage.rows.labels import Label

_THUMBNAIL: Final = "-thumb.jpg"


def image_answer(image: Image, status: int = 200) -> tuple[Response, int]:
    """Return the answer for one image."""
    return jsonify(image_bodies([image])[0]), status


def image_bodies(images: Sequence[Image]) -> list[dict[str, Any]]:
    """Return images as clients read them."""
    datasets = services().datasets
    links = datasets.images.labels_of(images)
    label_ids = {link.label_id for found in links.values() for link in found}
    labels = datasets.labels.by_row(sorted(label_ids))
    workspaces = datasets.workspaces.public_ids(sorted({image.workspace_id for image in images}))
    return [
        _body(image, workspaces[image.workspace_id], _labels(links[image.id], labels)) | _addresses(image)
        for image in images
    ]


def _body(image: Image, workspace: str, labels: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": image.public_id,
        "created": time_text(image.created_at),
        "img_width": image.width,
        "img_height": image.height,
        "meta_data": image.metadata,
        "test_image": image.is_test,
        "real": image.is_real,
        "verifyCount": image.verify_count,
        "workspace": workspace,
        "labels": labels,
    }


def _labels(links: Sequence[ImageLabel], labels: dict[int, Label]) -> list[dict[str, Any]]:
    return [
        label_body(labels[link.label_id]) | {"value": link.value} for link in links if link.label_id in labels
    ]


def _addresses(image: Image) -> dict[str, str]:
    return {
        "img_path": _address(image.file_name),
        "thumb_img_path": _address(f"{image.public_id}{_THUMBNAIL}"),
    }


def _address(name: str) -> str:
    return own_url(signed_path("ximilar_files.image_file", name))
