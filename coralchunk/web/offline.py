"""Serve the web manifest and the service worker: the app can be installed and opens without a connection."""

import json
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, jsonify, request, url_for

from coralchunk.assets import folder
from coralchunk.translations import SOURCE, translated
from coralchunk.web.files import fingerprint
from coralchunk.web.languages import in_language, page_language

offline = Blueprint("offline", __name__)

_PAGES: Final = ("/", "/gallery", "/surveys")
#: Folders of static/ whose files these pages need; the other pages need a connection anyway.
_FOLDERS: Final = (
    "app",
    "gallery",
    "offline",
    "photos",
    "result",
    "surveys",
    "vendor/exifreader",
    "vendor/fflate",
    "vendor/natural-earth",
)
_SUFFIXES: Final = frozenset({".js", ".css", ".svg"})
_COLOUR: Final = "#00617f"


@offline.get("/manifest.webmanifest")
def manifest() -> Response:
    """Describe the app to browsers that install it."""
    language = page_language()
    icons = [
        {"src": url_for("static", filename="icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        *(
            {
                "src": url_for("static", filename=f"icon-{side}.png"),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for side, purpose in ((192, "any"), (512, "any"), (512, "maskable"))
        ),
    ]
    described = jsonify(
        name="coralchunk",
        short_name="coralchunk",
        description=translated("Find bleaching in photos of coral reefs.", language),
        lang=language,
        id=f"{request.script_root}/",
        start_url=f"{request.script_root}/",
        scope=f"{request.script_root}/",
        display="standalone",
        background_color=_COLOUR,
        theme_color=_COLOUR,
        icons=icons,
    )
    described.content_type = "application/manifest+json"
    described.cache_control.no_cache = True
    return in_language(described, language)


@offline.get("/sw.js")
def service_worker() -> Response:
    """Return the service worker of this release; it keeps the pages in one language."""
    files, root, language = folder("static"), request.script_root, page_language()
    texts = [] if language == SOURCE else [url_for("texts", language=language)]
    constants = {
        "RELEASE": f"{fingerprint(files)}-{fingerprint(folder('templates'))}-{language}",
        "ROOT": root,
        "PAGES": [f"{root}{page}" for page in _PAGES],
        "FILES": [*(url_for("static", filename=name) for name in _kept(files)), *texts],
    }
    parts = [f"const {name} = {json.dumps(value)};" for name, value in constants.items()]
    parts += [
        (files / "offline" / name).read_text(encoding="utf-8")
        for name in ("service-worker.js", "background-uploads.js")
    ]
    script = Response("\n".join(parts), content_type="text/javascript; charset=utf-8")
    script.cache_control.no_cache = True
    return in_language(script, language)


def _kept(files: Path) -> list[str]:
    found = [path for name in _FOLDERS for path in (files / name).rglob("*")] + list(files.iterdir())
    return sorted(path.relative_to(files).as_posix() for path in found if path.suffix in _SUFFIXES)
