"""Choose the language of a page, and give its template the texts of that language."""

from typing import Final

from flask import Flask, Response, make_response, render_template, request

from coralchunk.translations import LANGUAGES, SOURCE, Texts, best_language

_COOKIE: Final = "language"
_YEAR_S: Final = 365 * 86_400


def install_texts(app: Flask) -> None:
    """Let templates write texts with `t`; pages that name no language are in English."""
    app.jinja_env.globals.update(t=Texts(SOURCE).markup, language=SOURCE, languages=LANGUAGES)


def page_language() -> str:
    """Return the language that `?lang=`, the cookie or the browser asks for; the first that there is."""
    for wanted in (request.args.get("lang"), request.cookies.get(_COOKIE)):
        if wanted is not None and wanted in LANGUAGES:
            return wanted
    return best_language(request.accept_languages.values())


def translated_page(template: str, language: str, **details: object) -> Response:
    """Render a page in a language, and remember a language that its address names."""
    answer = make_response(render_template(template, language=language, t=Texts(language).markup, **details))
    if request.args.get("lang") == language:
        path = f"{request.script_root}/"
        answer.set_cookie(
            _COOKIE, language, max_age=_YEAR_S, path=path, samesite="Lax", secure=request.is_secure
        )
    return in_language(answer, language)


def in_language(answer: Response, language: str) -> Response:
    """Say in which language a response is, and what it depends on."""
    answer.content_language.add(language)
    answer.vary.update(("Accept-Language", "Cookie"))
    return answer
