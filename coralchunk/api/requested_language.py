"""Tell the language that a client of the API asks for with Accept-Language."""

from flask import Response, request

from coralchunk.translations import Texts, best_language


def requested_language() -> str:
    """Return the language of Accept-Language; English for clients that send none."""
    return best_language(request.accept_languages.values())


def requested_texts() -> Texts:
    """Return the texts of that language."""
    return Texts(requested_language())


def in_requested_language(answer: Response) -> Response:
    """Say that a response is in that language, and depends on it."""
    answer.content_language.add(requested_language())
    answer.vary.add("Accept-Language")
    return answer
