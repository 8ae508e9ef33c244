"""Define the errors about networks that users upload.

CoralchunkError
├─ BadRequest
│   ├─ BadNetwork          an uploaded network, or how it is to be used, is refused
│   ├─ BadRecognition      a specification or version contradicts itself or its network
│   └─ BadInference        the inputs of an inference are not what the network takes
├─ Missing
│   ├─ UnknownNetwork
│   ├─ UnknownSpecification
│   ├─ UnknownVersion
│   └─ UnknownTask
└─ TaskFailed              found while the task ran; reported in the task, not in the response to a request
    ├─ NetworkFailed
    ├─ PictureNotFetched
    └─ BadTensor
"""

from coralchunk.errors import BadRequest, CoralchunkError, Missing


class BadNetwork(BadRequest):
    """The network that was uploaded, or its preprocessing, is refused."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This network is refused: {reason}.")


class BadRecognition(BadRequest):
    """The specification or the version is refused."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}.")


class BadInference(BadRequest):
    """The request does not fit the network that it is sent to."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}.")


class UnknownNetwork(Missing):
    """No network of this requester has this number."""

    def __init__(self, network_id: int | str) -> None:
        super().__init__(f"You have no network {network_id}.")


class UnknownSpecification(Missing):
    """No specification of this requester has this number, and no public one this name."""

    def __init__(self, spec_id: int | str) -> None:
        super().__init__(f"There is no specification {spec_id} that you may use.")


class UnknownVersion(Missing):
    """No version of this requester has this number."""

    def __init__(self, version_id: int) -> None:
        super().__init__(f"You have no version {version_id}.")


class UnknownTask(Missing):
    """No task of this requester has this id, or its result has expired."""

    def __init__(self, task_id: int) -> None:
        super().__init__(f"You have no task {task_id}: it never existed, or its result has expired.")


class TaskFailed(CoralchunkError):
    """A task failed; its record says why."""


class NetworkFailed(TaskFailed):
    """The network could not be loaded or run within its limits."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The network could not be run: {reason}.")


class PictureNotFetched(TaskFailed):
    """A picture on the web could not be fetched."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class BadTensor(TaskFailed):
    """An output of the network is not what the post-processing expects."""

    def __init__(self, tensor: str, shape: tuple[int, ...], expected: str) -> None:
        sides = " x ".join(str(side) for side in shape) or "no sides"
        super().__init__(f"The tensor {tensor!r} has the shape {sides}; expected: {expected}.")
