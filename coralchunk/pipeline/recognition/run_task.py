"""Run a deployment or an inference in a worker."""

import json
from collections.abc import Sequence
from io import BytesIO
from typing import IO, Any, Final

import numpy as np

from coralchunk.errors.networks import NetworkFailed, PictureNotFetched
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.photo import Photo
from coralchunk.metrics import JOBS
from coralchunk.networks.feeding import feed, trial
from coralchunk.networks.inputs import Region
from coralchunk.networks.postprocessing import PostProcessing
from coralchunk.networks.recognition import Ran, recognise
from coralchunk.pipeline.points.fetch import FETCH_FAILED, FETCHED, start_fetch
from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.recognition.public_model import answer_of_model
from coralchunk.pipeline.recognition.task_request import (
    NetworkFiles,
    PictureInput,
    TaskRequest,
    input_name,
    stored_task,
)
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.pipeline.worker.network_cache import LoadedNetwork, StoredNetwork
from coralchunk.sandbox.messages import Arrays
from coralchunk.storage.files.blobs import RESULT

_DONE: Final = b"+"  # the result of the one batch; the answer itself is a file
_MAX_VALUES: Final = 2_000_000  # of raw tensors in one answer: 20 to 40 MB of JSON
Pictures = Sequence[tuple[Photo, Region]]


def answer_task(context: WorkerContext, job: Job, task: Task) -> bytes | None:
    """Store the answer of a deployment or an inference; None while a picture is being fetched.

    Raises TaskFailed or Unreadable for what its sender can correct.
    """
    result = _answer(context, job, task)
    if result is None:
        return None
    answer = json.dumps(result, separators=(",", ":"), allow_nan=False).encode()
    context.stores.blobs.write(job.id, RESULT, BytesIO(answer))
    return _DONE


def finish_task(context: WorkerContext, job: Job) -> None:
    """Make a task completed; its answer is stored."""
    stores = context.stores
    if stores.records.complete(job.id, None):
        JOBS.labels("completed").inc()
    elif not stores.records.exists(job.id):
        # The job was deleted meanwhile: the file just written must not remain.
        stores.blobs.delete(job.id)


def _answer(context: WorkerContext, job: Job, task: Task) -> dict[str, Any] | None:
    request = stored_task(context.stores, job.id)
    pictures = _pictures(context, request, task)
    if pictures is None:
        return None
    if request.model is not None and request.reading is not None:
        return answer_of_model(context, request.model, request.reading, pictures[0])
    if request.network is None:
        raise NetworkFailed("the request names none")
    network = context.networks.get(_stored(request.network))
    return _infer(network, request, pictures) if request.kind == "inference" else _deploy(network)


def _deploy(network: LoadedNetwork) -> dict[str, Any]:
    """Run a network once, and tell what it gives."""
    found = network.process.run(trial(network.recipe).tensors, network.process.outputs)
    return {"outputs": [{"name": name, "shape": list(tensor.shape)} for name, tensor in found.items()]}


def _infer(network: LoadedNetwork, request: TaskRequest, pictures: Pictures) -> dict[str, Any]:
    fed = feed(network.recipe, pictures)
    if request.reading is None:
        wanted = request.output_tensors or network.process.outputs
        return {"tensors": _described(network.process.run(fed.tensors, wanted))}
    reading = request.reading
    wanted = tuple(dict.fromkeys(name for how in reading.post_processings for name in _read_by(network, how)))
    ran = Ran(fed.tensors, network.process.run(fed.tensors, wanted), fed.frame)
    return recognise(ran, reading.outputs, reading.post_processings, reading.answer)


def _read_by(network: LoadedNetwork, how: PostProcessing) -> list[str]:
    size = how.size_tensor
    return [*how.tensors, *([size] if size in network.process.outputs else [])]


def _described(tensors: Arrays) -> list[dict[str, Any]]:
    values = sum(tensor.size for tensor in tensors.values())
    if values > _MAX_VALUES:
        raise NetworkFailed(
            f"its tensors have {values} values, and an answer holds {_MAX_VALUES};"
            " name those that you need in output_tensors"
        )
    return [
        # `dim` in the reference, `shape` in the client.
        {"name": name, "shape": list(tensor.shape), "dim": list(tensor.shape), "data": _values(tensor)}
        for name, tensor in tensors.items()
    ]


def _values(tensor: np.ndarray[Any, Any]) -> list[Any]:
    flat = tensor.reshape(-1)
    if flat.dtype.kind == "f" and not np.isfinite(flat).all():
        return [value if np.isfinite(value) else None for value in flat.tolist()]  # JSON knows no NaN
    values: list[Any] = flat.tolist()
    return values


def _pictures(context: WorkerContext, request: TaskRequest, task: Task) -> Pictures | None:
    opened, settings = [], context.stores.settings
    for index, one in enumerate(request.inputs):
        content = _content(context, one, index, task)
        if content is None:
            return None
        opened.append((open_photo(content, settings.max_pixels, context.conversions), one.region))
    return opened


def _content(context: WorkerContext, one: PictureInput, index: int, task: Task) -> IO[bytes] | None:
    stores = context.stores
    try:
        content = stores.blobs.read(task.job_id, input_name(index))
    except FileNotFoundError:
        if one.url is None:
            raise
        start_fetch(stores, task, one.url, input_name(index))
        return None
    if one.url is None:
        return BytesIO(content)
    if content.startswith(FETCH_FAILED):
        raise PictureNotFetched(content.removeprefix(FETCH_FAILED).decode())
    return BytesIO(memoryview(content)[len(FETCHED) :])


def _stored(network: NetworkFiles) -> StoredNetwork:
    return StoredNetwork(network.blob, network.sha256, network.preprocessing)
