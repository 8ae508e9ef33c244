"""Serve the page on which chunks are labelled; for one person, on this computer alone."""

from typing import Any, Final

from flask import Flask, Response, abort, jsonify, render_template, request, send_from_directory

from coralchunk.assets import folder
from coralchunk.labelling.letters import LETTERS
from coralchunk.labelling.session import Session
from coralchunk.labelling.tiles import Photos

_LOCAL: Final = frozenset({"127.0.0.1", "localhost"})
#: Nothing but this page's own files: a photo's name must never become a script.
_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def create_page(session: Session, photos: Photos) -> Flask:
    """Build the page of a session."""
    app = Flask(__name__, template_folder=str(folder("templates")), static_folder=None)
    _restrict_to_this_machine(app)
    _add_page(app, session, photos)
    _add_keys(app, session)
    return app


def _restrict_to_this_machine(app: Flask) -> None:
    @app.before_request
    def only_from_here() -> None:
        # A page of the internet could otherwise reach this server under a name of its own (DNS rebinding).
        if request.host.partition(":")[0] not in _LOCAL:
            abort(403)

    @app.after_request
    def guarded(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Cache-Control"] = "no-store"
        return response


def _add_page(app: Flask, session: Session, photos: Photos) -> None:
    @app.get("/")
    def page() -> str:
        return render_template("labelling.html", letters=LETTERS)

    @app.get("/files/<name>")
    def file(name: str) -> Response:
        return send_from_directory(folder("static") / "labelling", name)

    @app.get("/tile")
    def tile() -> Response:
        return jsonify(_shown(session, session.next()))

    @app.get("/tiles/<int:place>.webp")
    def picture(place: int) -> Response:
        if place >= len(session.tiles):
            abort(404)
        return Response(photos.around(session.tiles[place]), mimetype="image/webp")


def _add_keys(app: Flask, session: Session) -> None:
    # Both take JSON, which another site's page cannot send here without asking first.
    @app.post("/label")
    def label() -> Response:
        sent = request.get_json()
        try:
            session.label(int(sent["place"]), str(sent["letter"]))
        except (KeyError, TypeError, ValueError):
            abort(400)
        return jsonify(_shown(session, session.next()))

    @app.post("/undo")
    def undo() -> Response:
        request.get_json()
        place = session.undo()
        return jsonify(_shown(session, session.next() if place is None else place))


def _shown(session: Session, place: int | None) -> dict[str, Any]:
    counts = {"labelled": session.labelled, "tiles": len(session.tiles), "place": place}
    if place is None:
        return counts
    one = session.tiles[place]
    said = {"photo": one.photo, "number": one.number, "predicted": one.predicted}
    return counts | said | {"confidence": round(one.confidence, 2)}
