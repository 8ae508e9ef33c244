"""Define the errors about training and about classifying whole images.

CoralchunkError
├─ BadRequest
│   ├─ ImageNotUsable
│   ├─ UnknownPhotoModel
│   └─ TooLittleToLearn
├─ Conflict
│   └─ AlreadyTraining
├─ Missing
│   └─ UnknownSlug
└─ Unavailable
    └─ NotClassifiedInTime
"""

from coralchunk.errors import BadRequest, Conflict, Missing, Unavailable


class TooLittleToLearn(BadRequest):
    """A collection has too few labels or images to be trained on."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(f"There is too little to learn from: {found}. {remedy}")


class ImageNotUsable(BadRequest):
    """An image that a request names cannot be fetched or read; the sentence says which and why."""


class UnknownPhotoModel(BadRequest):
    """No model of this name may classify the photos of this requester."""

    def __init__(self, wanted: str, known: str) -> None:
        super().__init__(f"model: {wanted[:100]!r} cannot be used; use one of {known}.")


class AlreadyTraining(Conflict):
    """A collection is being trained, or is queued for it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "{name!r} is already being trained. Train it again when the training has finished.", name=name
        )


class UnknownSlug(Missing):
    """No classifier that answers has this slug."""

    def __init__(self, slug: str, known: str) -> None:
        super().__init__(
            f"No classifier {slug[:100]!r} answers: none is called so, it is untrained, or another user's."
            f" You can use: {known[:1000]}."
        )


class NotClassifiedInTime(Unavailable):
    """Images were not classified while the request waited."""

    def __init__(self, waited_s: float) -> None:
        super().__init__(
            "The images were not classified within {seconds} s. Nothing was kept; try again soon.",
            seconds=round(waited_s),
        )
