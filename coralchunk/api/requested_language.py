"""Tell the language that a client of the API asks for, with `?lang=` or with Accept-Language."""

from flask import Response, request

from coralchunk.errors.surveys import BadChoice
from coralchunk.translations import LANGUAGES, Texts, best_language


def requested_language() -> str:
    """Return the language of `?lang=`, else of Accept-Language; English for clients that send neither."""
    wanted = request.args.get("lang", "")
    if wanted in LANGUAGES:
        return wanted
    return best_language(request.accept_languages.values())


def requested_texts() -> Texts:
    """Return the texts of that language. Raises BadChoice for a `?lang=` that there is not."""
    wanted = request.args.get("lang")
    if wanted is not None and wanted not in LANGUAGES:
        raise BadChoice("lang", wanted, tuple(LANGUAGES))
    return Texts(requested_language())


def in_requested_language(answer: Response) -> Response:
    """Say that a response is in that language, and depends on it."""
    answer.content_language.add(requested_language())
    answer.vary.add("Accept-Language")
    return answer
