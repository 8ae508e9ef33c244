"""When the routes refuse, in the words that they share in the OpenAPI document."""

from typing import Final

TOKEN: Final = {
    401: "No token, or a wrong one",
    403: "The token was not given out for this",
    503: "The database does not answer; try again after Retry-After seconds",
}
BODY: Final = {
    400: "A field cannot be used; `detail` names it",
    413: "Too many bytes",
}
NOT_YOURS: Final = "It never existed, was deleted, or is another user's"
PAGE: Final = {
    "page": "Number of the page; the first is 1",
    "page_size": "Most items of a page, up to 1000 (default 50)",
    "workspace": "Id of a workspace; the default workspace for none and `Default`",
}
