"""Serve log-in at an OpenID provider: /oidc/log-in and /oidc/callback."""

import time
from typing import Final

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from coralchunk.api.context import services
from coralchunk.api.language import Language, Refusal
from coralchunk.api.schemas import Problem
from coralchunk.oidc.log_in import LASTS_S
from coralchunk.web.languages import page_language, translated_page

oidc = Blueprint("oidc", __name__, url_prefix="/oidc")

_COOKIE: Final = "coralchunk-log-in"


@oidc.get("/log-in")
def begin() -> ResponseReturnValue:
    """Send the browser to the provider."""
    url, cookie = services().oidc.begin(_callback())
    answer = redirect(url)
    answer.headers["Cache-Control"] = "no-store"
    answer.set_cookie(
        _COOKIE,
        cookie,
        max_age=LASTS_S,
        path=f"{request.script_root}/oidc",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",  # the provider sends the browser back from another site
    )
    return answer


@oidc.get("/callback")
def finish() -> ResponseReturnValue:
    """Give the browser that comes back from the provider a token."""
    cookie = request.cookies.get(_COOKIE, "")
    token = services().oidc.finish(request.args, cookie, _callback(), time.time())
    answer = translated_page("app/logged-in.html", page_language(), settings=services().settings, token=token)
    answer.delete_cookie(_COOKIE, path=f"{request.script_root}/oidc")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _callback() -> str:
    return url_for("oidc.finish", _external=True)


def _page(refusal: Refusal) -> Response:
    page = translated_page(
        "app/log-in-refused.html",
        page_language(),
        settings=services().settings,
        detail=refusal.detail,
    )
    return make_response(page, refusal.status)


#: People see these errors, not programs.
OIDC: Final = Language("/oidc", "text/html", "text/html", Problem, _page, page_language)
