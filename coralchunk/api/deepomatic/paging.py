"""Cut lists into pages whose addresses lead from one to the next, under the address that the client used."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from flask import request
from pydantic import BaseModel

from coralchunk.errors.access import BadDocument, Fault
from coralchunk.recognition.page import Page

_DEFAULT: Final = 100
_MOST: Final = 1000
_LARGEST_OFFSET: Final = 2**31 - 1
PAGING: Final = {
    "offset": "rows to leave out",
    "limit": f"rows of a page, {_DEFAULT} by default and {_MOST} at most",
}


def requested_page() -> Page:
    """Return the number of the requested page. Raises BadDocument."""
    return Page(_number("offset", 0, 0), min(_MOST, _number("limit", _DEFAULT, 1)))


def page_body(page: Page, results: Sequence[BaseModel], count: int) -> dict[str, Any]:
    """Return a page of a list. `count` is how many rows there are in all."""
    previous = _address(max(0, page.offset - page.limit), page.limit) if page.offset > 0 else None
    is_last = page.offset + page.limit >= count
    return {
        "count": count,
        "next": None if is_last else _address(page.offset + page.limit, page.limit),
        "previous": previous,
        "prev": previous,
        "results": [one.model_dump(mode="json") for one in results],
    }


def _address(offset: int, limit: int) -> str:
    asked = [(name, value) for name, value in request.args.items(multi=True) if name not in PAGING]
    return f"{request.base_url}?{urlencode([*asked, ('offset', offset), ('limit', limit)])}"


def _number(name: str, default: int, least: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= _LARGEST_OFFSET):
        detail = f"{name}={text[:50]!r} is not possible; use a whole number from {least} on."
        raise BadDocument((Fault(None, detail),))
    return int(text)
