"""Accept an inference request, for any kind of model."""

import time

from flask import Response

from coralchunk.api.context import services
from coralchunk.api.deepomatic.body import read_body
from coralchunk.api.deepomatic.errors import answer
from coralchunk.api.deepomatic.pictures import pictures_of
from coralchunk.api.deepomatic.requests import InferenceBody, read
from coralchunk.api.deepomatic.responses import InferenceStarted
from coralchunk.errors.networks import BadInference
from coralchunk.networks.postprocessing import Output, PostProcessing
from coralchunk.pipeline.recognition.task_request import NetworkFiles, PublicModel, Reading
from coralchunk.recognition.inference import Question

_BASE64_GROWTH = 1.4  # with its line breaks
_OVERHEAD_BYTES = 100_000
INFERENCE_PROBLEMS = {
    400: "Inputs that the network does not take, or that cannot be read",
    401: "No key, or a wrong one",
    403: "The key was not given out for this, or the server fetches no pictures",
    404: "Nothing of that name or number that you may use",
    413: "Too many bytes",
    415: "Neither JSON nor a multipart form",
    503: "The server is busy, or a part of it does not answer; try again after Retry-After seconds",
}


def infer_tensors(network: NetworkFiles, tensors: list[str], owner: str) -> Response:
    """Take an inference that is answered with tensors. `tensors` are those that the network gives."""
    with read_body(_max_bytes()) as body:
        asked = read(InferenceBody, body.fields)
        for name in asked.output_tensors or []:
            if name not in tensors:
                raise BadInference(
                    "output_tensors", f"the network has no output {name!r}; it has: {', '.join(tensors)}"
                )
        wanted = None if asked.output_tensors is None else tuple(dict.fromkeys(asked.output_tensors))
        return _submit(Question(network=network, output_tensors=wanted), asked, owner)


def infer_labels(
    of: NetworkFiles | PublicModel,
    outputs: tuple[Output, ...],
    how: tuple[PostProcessing, ...],
    owner: str,
) -> Response:
    """Take an inference that is answered with labels."""
    with read_body(_max_bytes()) as body:
        asked = read(InferenceBody, body.fields)
        reading = Reading(
            outputs=outputs,
            post_processings=how,
            show_discarded=asked.show_discarded,
            max_predictions=asked.max_predictions,
        )
        if isinstance(of, PublicModel):
            return _submit(Question(model=of, reading=reading), asked, owner)
        return _submit(Question(network=of, reading=reading), asked, owner)


def _submit(question: Question, asked: InferenceBody, owner: str) -> Response:
    inferences = services().recognition.inferences
    task_id = inferences.submit(question, pictures_of(asked), owner, time.time())
    return answer(InferenceStarted(task_id=str(task_id)).model_dump())


def _max_bytes() -> int:
    return int(services().settings.max_upload_mb * 1_000_000 * _BASE64_GROWTH) + _OVERHEAD_BYTES
