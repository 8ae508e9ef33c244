"""Define the errors about labels, images and collections.

CoralchunkError
├─ BadRequest
│   ├─ BadValue            a field of the request cannot be used
│   ├─ MissingValue
│   ├─ AlreadyStored       the workspace has this image
│   ├─ WrongLabelKind      the collection does not accept labels of this kind
│   ├─ OtherWorkspace      the two things are in different workspaces
│   ├─ ImageTooLarge
│   └─ TooManyThings       a limit of the operator is reached
└─ Missing
    ├─ UnknownThing        a workspace, label, image, collection, version or verification
    ├─ NoSuchPage
    └─ AddressExpired      a signed address that no longer holds, or was changed
"""

from typing import Final

from coralchunk.errors import BadRequest, Missing

_SHOWN: Final = 100  # characters of a value that an error repeats


class BadValue(BadRequest):
    """A field of the request cannot be used."""

    def __init__(self, field: str, value: object, remedy: str) -> None:
        text = repr(value)
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        super().__init__(f"{field}: {shown} cannot be used; {remedy}.")


class MissingValue(BadRequest):
    """A required field of the request is missing."""

    def __init__(self, field: str, remedy: str) -> None:
        super().__init__(f"{field}: this field is required; {remedy}.")


class AlreadyStored(BadRequest):
    """The workspace has this image; clients parse its id from the message and use it."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"This picture already exists in the workspace, image ID: {image_id}")
        self.image_id = image_id


class WrongLabelKind(BadRequest):
    """Collections of this type do not accept labels of this kind."""

    def __init__(self, label: str, kind: str, collection_type: str, wanted: str) -> None:
        super().__init__(
            f"label_id: the label {label!r} is of type {kind!r}, but a {collection_type!r} task takes labels"
            f" of type {wanted!r}."
        )


class OtherWorkspace(BadRequest):
    """Two things are in different workspaces."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: this {what} belongs to another workspace; use one of the same workspace.")


class ImageTooLarge(BadRequest):
    """An image has more bytes than are accepted."""

    def __init__(self, size_bytes: int, max_mb: int) -> None:
        super().__init__(
            f"The image has {size_bytes} bytes; at most {max_mb} MB are accepted. Send a smaller copy, or"
            " ask the operator to raise CORALCHUNK_DATASET_IMAGE_MB."
        )


class TooManyThings(BadRequest):
    """A limit that the operator has set is reached."""

    def __init__(self, what: str, most: int, setting: str) -> None:
        super().__init__(
            f"There are {most} {what}, which is the maximum. Delete some, or ask the operator to raise"
            f" {setting}."
        )


class UnknownThing(Missing):
    """Nothing of this kind has this id, or it is another user's."""

    def __init__(self, what: str, public_id: object) -> None:
        super().__init__(
            f"No {what} {str(public_id)[:_SHOWN]!r}: it never existed, was deleted, or is another user's."
        )


class NoSuchPage(Missing):
    """A list has fewer pages than this."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Invalid page: there is no page {number}. Start at page=1 and follow `next`.")


class AddressExpired(Missing):
    """A signed address was changed, or has expired."""

    def __init__(self) -> None:
        super().__init__(
            "This address is not valid: it was changed, or has expired. Ask for the image again to get"
            " a new one."
        )
