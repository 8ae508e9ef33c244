"""The documentation pages, and the OpenAPI document they are made from."""

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from coralchunk import __version__
from coralchunk.api.context import services
from coralchunk.api.openapi import document
from coralchunk.api.problems import kinds
from coralchunk.imaging.formats import SENTENCE

pages = Blueprint("pages", __name__)


@pages.get("/")
@pages.get("/docs")
def docs() -> ResponseReturnValue:
    """Show how the API is used."""
    settings, model = services().settings, services().model
    return render_template(
        "docs/index.html",
        base_url=request.host_url.rstrip("/"),
        version=__version__,
        settings=settings,
        formats=SENTENCE,
        model=services().models.manifest(model),
        models=services().models.listed(),
        problems=kinds(),
    )


@pages.get("/openapi.json")
def openapi() -> Response:
    """Describe the API for machines."""
    return jsonify(document(current_app))


@pages.get("/models/<label>.onnx")
def model_file(label: str) -> Response:
    """Let a model be downloaded, as it is used here."""
    models = services().models
    content = models.onnx(models.find(label))
    answer = Response(content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename={label}.onnx"
    return answer
