"""What can go wrong with training and with classifying whole images: more branches of the tree.

CoralchunkError
├─ BadRequest
│   └─ TooLittleToLearn
├─ Conflict
│   └─ AlreadyTraining
└─ Unavailable
    └─ NotClassifiedInTime
"""

from coralchunk.errors import BadRequest, Conflict, Unavailable


class TooLittleToLearn(BadRequest):
    """A collection has too few labels or images to be trained on."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(f"There is too little to learn from: {found}. {remedy}")


class AlreadyTraining(Conflict):
    """A collection is being trained, or waits for it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is being trained already. Train it again when that has ended.")


class NotClassifiedInTime(Unavailable):
    """Images were not classified while the request waited."""

    def __init__(self, waited_s: float) -> None:
        super().__init__(
            f"The images were not classified within {waited_s:.0f} s. Nothing was kept; try again soon."
        )
