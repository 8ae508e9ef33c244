"""Serve the documentation pages and the OpenAPI document."""

from flask import Blueprint, Response, current_app, jsonify, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue

from coralchunk import __version__
from coralchunk.api.context import services
from coralchunk.api.openapi import document
from coralchunk.api.problems import kinds
from coralchunk.assets import folder
from coralchunk.imaging.files.formats import SENTENCE
from coralchunk.web.reference import bodies, groups
from coralchunk.web.samples import samples

pages = Blueprint("pages", __name__)


@pages.get("/docs")
def docs() -> ResponseReturnValue:
    """Show how the API is used."""
    settings, model = services().settings, services().model
    return render_template(
        "docs/index.html",
        base_url=request.root_url.rstrip("/"),
        version=__version__,
        settings=settings,
        formats=SENTENCE,
        model=services().models.manifest(model),
        models=services().models.listed(),
        problems=kinds(),
        groups=groups(document(current_app)),
        samples=samples(request.root_url.rstrip("/")),
    )


@pages.get("/docs/reference")
def reference() -> ResponseReturnValue:
    """Show all operations of the API with their parameters, bodies and answers."""
    described = document(current_app)
    return render_template("docs/reference.html", groups=groups(described), bodies=bodies(described))


@pages.get("/openapi.json")
def openapi() -> Response:
    """Describe the API for machines."""
    described = document(current_app)
    described["servers"][0]["url"] = f"{request.script_root}/"
    return jsonify(described)


@pages.get("/docs/api")
def try_api() -> ResponseReturnValue:
    """Let every request of the API be tried."""
    return render_template("docs/api.html")


@pages.get("/docs/model")
def model_card() -> ResponseReturnValue:
    """Show the card of the model in use: training data, measured figures, known weaknesses."""
    # Only this page needs the package, which takes long to load.
    from markdown_it import MarkdownIt  # noqa: PLC0415

    models, model = services().models, services().model
    card = models.path(model, ".md")
    text = (
        card.read_text(encoding="utf-8") if card.is_file() else f"# {model.label}\n\nIt came without a card."
    )
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return render_template("docs/model.html", label=model.label, card=_reachable(rendered))


def _reachable(page: str) -> str:
    """Let keys scroll wide tables, and take no heading for one that is empty, as Markdown cannot say it."""
    for plain, better in (
        ("<table>", '<div class="scroll" tabindex="0"><table>'),
        ("</table>", "</table></div>"),
        ("<th></th>", "<td></td>"),
    ):
        page = page.replace(plain, better)
    return page


@pages.get("/docs/<name>.png")
def model_figure(name: str) -> Response:
    """Serve a picture of a model's card; the card names it by its file name alone."""
    return send_from_directory(folder("models"), f"{name}.png", mimetype="image/png")


@pages.get("/models/<label>.onnx")
def model_file(label: str) -> Response:
    """Let a model be downloaded, as it is used here."""
    models = services().models
    content = models.onnx(models.find(label))
    answer = Response(content, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f"attachment; filename={label}.onnx"
    return answer
