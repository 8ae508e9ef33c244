"""Divide long lists into pages that link to each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlencode

from flask import request

from coralchunk.errors.datasets import BadValue, NoSuchPage

_DEFAULT_SIZE: Final = 50
_LARGEST_SIZE: Final = 1000
_LARGEST_PAGE: Final = 10_000_000
_CURSOR: Final = "after"


class _HasId(Protocol):
    @property
    def id(self) -> int: ...


_Row = TypeVar("_Row", bound=_HasId)
_Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is wanted."""

    number: int  # the first is 1
    size: int  # most items
    after_id: int  # of the row of the last item of the page before; 0 if it is not known

    @property
    def limit(self) -> int:
        """The number of rows to query: one more than is shown, to see whether there is a next page."""
        return self.size + 1

    @property
    def offset(self) -> int:
        """How many items to leave out."""
        return 0 if self.after_id else (self.number - 1) * self.size


def requested_page() -> PageRequest:
    """Return the requested page. Raises BadValue, NoSuchPage.

    The URL of the next page contains the end of this one, so that items deleted meanwhile leave no gap,
    and late pages take as long as the first.
    """
    number = _requested_number("page", 1)
    size = _requested_number("page_size", _DEFAULT_SIZE)
    if not 1 <= number <= _LARGEST_PAGE:
        raise NoSuchPage(number)
    if size < 1:
        raise BadValue("page_size", size, f"use 1 to {_LARGEST_SIZE}")
    cursor_of, _, row_id = request.args.get(_CURSOR, "").partition(".")
    is_known = cursor_of == str(number) and _is_number(row_id)
    return PageRequest(number, min(size, _LARGEST_SIZE), int(row_id) if is_known else 0)


def page_body(
    page: PageRequest, count: int, rows: Sequence[_Row], shape: Callable[[Sequence[_Row]], list[_Item]]
) -> dict[str, Any]:
    """Return a page as clients read it.

    count  how many items there are in all
    rows   of this page, and one more if there is a next one
    shape  makes items of the rows of this page

    Raises NoSuchPage beyond the last one.
    """
    if not rows and page.number > 1:
        raise NoSuchPage(page.number)
    shown, has_next = rows[: page.size], len(rows) > page.size
    return {
        "count": count,
        "next": _address(page.number + 1, shown[-1].id) if has_next else None,
        "previous": _address(page.number - 1, None) if page.number > 1 else None,
        "results": shape(shown),
    }


def _address(number: int, after_id: int | None) -> str:
    query = [(name, value) for name, value in request.args.items(multi=True) if name not in {"page", _CURSOR}]
    query.append(("page", str(number)))
    if after_id is not None:
        query.append((_CURSOR, f"{number}.{after_id}"))
    # Clients strip the URL that they called; it must be the one that they know.
    return f"{request.base_url}?{urlencode(query)}"


def _requested_number(name: str, otherwise: int) -> int:
    value = request.args.get(name)
    if value is None or not value.strip():
        return otherwise
    if not _is_number(value.strip().removeprefix("-")):
        raise BadValue(name, value, "use a whole number")
    return int(value)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
