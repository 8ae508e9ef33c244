"""Define the errors about links, surveys and corrections.

CoralchunkError
├─ Denied
│   ├─ RoleTooWeak
│   └─ RolesOff
├─ BadRequest
│   ├─ BadChoice
│   ├─ BadValue
│   ├─ BadBody
│   ├─ BodyTooLong
│   ├─ BadIds
│   ├─ BadTable
│   └─ TooManyPhotos
├─ Missing
│   ├─ UnknownShare
│   ├─ UnknownSurveyShare
│   ├─ NothingToShow
│   ├─ UnknownSurvey
│   ├─ UnknownMember
│   ├─ UnknownPhoto
│   ├─ NotKept
│   ├─ UnknownChunk
│   └─ UnknownCorrection
├─ Conflict
│   ├─ NothingToCorrect
│   ├─ DuplicatePhoto
│   └─ OwnerStays
└─ Unavailable
    └─ CropUnavailable
"""

from collections.abc import Sequence
from typing import Final

from coralchunk.errors import BadRequest, Conflict, Missing, Unavailable
from coralchunk.errors.access import Denied

_MOST_FAULTS: Final = 20


class UnknownShare(Missing):
    """The share link is unknown or has expired."""

    def __init__(self) -> None:
        super().__init__("This link shows no result: it never existed, or the result has expired.")


class UnknownSurveyShare(Missing):
    """No survey is shared under this link."""

    def __init__(self) -> None:
        super().__init__("This link shows no survey: it never existed, or was taken back.")


class NothingToShow(Missing):
    """The shared photo has no result, or none yet."""

    def __init__(self, state: str) -> None:
        super().__init__(
            "There is no picture under this link: the status is {state!r}, not 'completed'.", state=state
        )


class BadChoice(BadRequest):
    """A parameter has a value that it cannot have."""

    def __init__(self, name: str, value: str, choices: Sequence[str]) -> None:
        super().__init__(f"{name}={value!r} is not possible; use {' or '.join(choices)}.")


class BadValue(BadRequest):
    """A parameter or a field of a form has a value that cannot be used."""

    def __init__(self, name: str, asked: str, remedy: str) -> None:
        super().__init__(f"{name}={asked[:100]!r} cannot be used; {remedy}.")


class BadBody(BadRequest):
    """The JSON body does not have the expected form."""

    def __init__(self, faults: str) -> None:
        super().__init__(f"The JSON body cannot be used: {faults}.")


class BodyTooLong(BadRequest):
    """The JSON body is too long."""

    def __init__(self, longest_bytes: int) -> None:
        super().__init__(f"The JSON body is longer than {longest_bytes} bytes.")


class BadIds(BadRequest):
    """A list of ids is too long or contains something else."""

    def __init__(self, given: int, most: int) -> None:
        super().__init__(
            f"Use id=NUMBER, up to {most} times; this request has {given}, or one is not a number."
        )


class BadTable(BadRequest):
    """A table about photos has cells that cannot be used."""

    def __init__(self, faults: Sequence[str]) -> None:
        shown = "; ".join(faults[:_MOST_FAULTS])
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        super().__init__(f"Nothing of the table was used. {shown}{more}.")


class TooManyPhotos(BadRequest):
    """The survey has the maximum number of photos."""

    def __init__(self, most: int) -> None:
        super().__init__(
            "This survey has {most} photos, which is the maximum. Create another survey.", most=most
        )


class DuplicatePhoto(Conflict):
    """The survey already has this photo, from the same file."""

    def __init__(self, photo_id: int, name: str) -> None:
        named = f" ({name!r})" if name else ""
        super().__init__(
            f"This survey already has this photo, as photo {photo_id}{named}. Nothing was added;"
            ' to count it twice, send it with "duplicate": true.'
        )


class UnknownSurvey(Missing):
    """No survey has this id, or it is another user's."""

    def __init__(self, survey_id: int) -> None:
        super().__init__(
            "No survey {survey_id}: it never existed, was deleted, or is another user's.", survey_id=survey_id
        )


class RoleTooWeak(Denied):
    """The user may use this survey, but their role does not allow this."""

    def __init__(self, held: str, needed: str) -> None:
        super().__init__(
            "Your role in this survey is {held}; this needs the role {needed}. Ask an admin of the survey to"
            " give you that role.",
            held=held,
            needed=needed,
        )


class RolesOff(Denied):
    """This server requires no tokens, so surveys have no members."""

    def __init__(self) -> None:
        super().__init__(
            "This server requires no tokens: whoever knows the address of a survey may read and change it."
            " Roles need CORALCHUNK_V1_REQUIRE_TOKEN=1."
        )


class UnknownMember(Missing):
    """No user has this name, or they have no role in the survey."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "There is no user {name!r} here. Check the name; the operator of this server adds users.",
            name=name,
        )


class OwnerStays(Conflict):
    """The owner of a survey is an admin of it, always."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "{name} created this survey and stays an admin of it. Choose another user.", name=name
        )


class UnknownPhoto(Missing):
    """The survey has no photo of this number."""

    def __init__(self, photo_id: int, survey_id: int) -> None:
        super().__init__(
            "Survey {survey_id} has no photo {photo_id}; GET the survey lists those it has.",
            survey_id=survey_id,
            photo_id=photo_id,
        )


class NotKept(Missing):
    """The survey does not keep this photo and its map."""

    def __init__(self, photo_id: int, survey_id: int) -> None:
        super().__init__(
            "Survey {survey_id} keeps the figures of photo {photo_id}, but not the photo and its map: it was"
            " added while `keeps_photos` was off.",
            survey_id=survey_id,
            photo_id=photo_id,
        )


class UnknownChunk(Missing):
    """The photo has no chunk of this number."""

    def __init__(self, index: int, total: int) -> None:
        super().__init__(
            "There is no chunk {index}: this photo has {total}, numbered from 0 row by row.",
            index=index,
            total=total,
        )


class NothingToCorrect(Conflict):
    """The chunk is empty in the photo."""

    def __init__(self, index: int) -> None:
        super().__init__(
            "Chunk {index} has no data: more than half of it is empty in the photo."
            " Nobody can say what it shows; correct another chunk.",
            index=index,
        )


class UnknownCorrection(Missing):
    """This chunk has no correction."""

    def __init__(self, index: int) -> None:
        super().__init__("Chunk {index} has no correction, or it was removed.", index=index)


class CropUnavailable(Unavailable):
    """No worker was free to crop a chunk from its photo."""

    public_name = "NotCut"

    def __init__(self, waited_s: float) -> None:
        super().__init__(
            "No worker was free to crop this chunk from its photo within {seconds} s."
            " Nothing was kept; try again in a moment.",
            seconds=round(waited_s),
        )
