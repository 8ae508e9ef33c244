"""Describe the errors that several V1 routes share, for the OpenAPI document."""

from typing import Final

NO_JOB: Final = "No such job: it never existed, was deleted, or has expired"
NO_QUEUE: Final = "The job queue does not answer; try again after Retry-After seconds"
NO_SHARE: Final = "Nothing is shared under this link, or no more"
NO_SURVEY: Final = "No such survey: it never existed, was deleted, or is another user's"
NO_DATABASE: Final = "The database does not answer; try again after Retry-After seconds"
BODY: Final = {
    400: "The JSON body is not what is expected; `detail` names the field",
    413: "The JSON body is too long",
}
TOKEN: Final = {
    401: "This server asks for a token, and there is none or a wrong one",
    403: "The token was not given out for this",
}
