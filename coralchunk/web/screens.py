"""The app's screens. They are empty frames: the browser fills them from the same API that others use."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from coralchunk.api.context import services
from coralchunk.imaging.formats import SENTENCE

screens = Blueprint("screens", __name__)


@screens.get("/")
def home() -> ResponseReturnValue:
    """Take photos in, and show how far they are and what was seen on them."""
    return _screen("home")


def _screen(name: str) -> str:
    return render_template(
        f"app/{name}.html",
        settings=services().settings,
        formats=SENTENCE,
        model=services().models.manifest(services().model),
    )
