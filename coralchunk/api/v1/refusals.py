"""Describe the errors that several V1 routes share, for the OpenAPI document."""

from typing import Final

NO_JOB: Final = "No such job: it never existed, was deleted, or has expired"
NO_QUEUE: Final = "The job queue does not answer; try again after Retry-After seconds"
NO_SHARE: Final = "The link is unknown or has expired"
NO_SURVEY: Final = "No such survey: it never existed, was deleted, or is another user's"
NO_DATABASE: Final = "The database does not answer; try again after Retry-After seconds"
BODY: Final = {
    400: "The JSON body does not have the expected form; `detail` names the field",
    413: "The JSON body is too long",
}
NO_COLLECTION: Final = "No such collection, label, image or version, or another user's"
OWN_TOKEN: Final = {
    401: "There is no token, or a wrong one; collections need one on every server",
    403: "The token was not given out for this",
}
TOKEN: Final = {
    401: "The server requires a token, and it is missing or wrong",
    403: "The token lacks the scope, or the user's role in the survey does not allow this",
}
