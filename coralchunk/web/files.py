"""Serve scripts, styles and pictures at URLs that change with their content.

A browser then keeps them for a year without a question; on a thin line it would else ask about each of some
twenty files at every visit. The version is a folder, as modules name each other by relative paths.

A page from before an update never gets newer scripts, which may not fit its HTML: files of another version
are missing, and renew.js, which is served under every version, loads the page again.
"""

from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, send_from_directory
from werkzeug.exceptions import NotFound

from coralchunk.assets import folder
from coralchunk.translations import LANGUAGES, SOURCE

_YEAR_S: Final = 365 * 86_400
_RENEW: Final = "app/renew.js"
_TRANSLATED: Final = tuple(language for language in LANGUAGES if language != SOURCE)


def serve_files(app: Flask) -> None:
    """Serve static/ under the endpoint `static`, and the texts of scripts; url_for adds the version."""
    files = folder("static")
    current = fingerprint(files)

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint in {"static", "texts"}:
            values.setdefault("version", current)

    @app.get("/static/<version>/<path:filename>", endpoint="static")
    def serve(version: str, filename: str) -> Response:
        if version != current:
            if filename != _RENEW:
                raise NotFound
            return send_from_directory(files, filename, max_age=0)
        return _kept(send_from_directory(files, filename, max_age=_YEAR_S))

    @app.get(f"/static/<version>/languages/<any({', '.join(_TRANSLATED)}):language>.js", endpoint="texts")
    def texts(version: str, language: str) -> Response:
        if version != current:
            raise NotFound
        # A classic script, which runs before any module, so that no module waits for its texts.
        content = (files / "languages" / f"{language}.json").read_text(encoding="utf-8")
        return _kept(Response(f"globalThis.coralchunkTexts = {content};", mimetype="text/javascript"))


def _kept(answer: Response) -> Response:
    answer.cache_control.public = True
    answer.cache_control.max_age = _YEAR_S
    answer.cache_control.immutable = True
    return answer


def fingerprint(files: Path) -> str:
    """Return 12 hexadecimal digits that change when a file below a folder changes its name or its bytes."""
    digest = blake2b(digest_size=6)
    for path in sorted(files.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(files).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
