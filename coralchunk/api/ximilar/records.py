"""Read a request to classify: the task, and records that each hold an image or its address."""

from typing import Any

from pydantic import Field

from coralchunk.api.context import services
from coralchunk.api.ximilar.image_content import decoded_image
from coralchunk.api.ximilar.requests import Id, Request, image_request_bytes, read
from coralchunk.errors.datasets import BadValue, MissingValue
from coralchunk.training.task_answers import Record


class ClassifyRequest(Request):
    """Images and the task that is to say what they show."""

    task: Id | None = Field(default=None, description="Id of the task; also as `task_id`")
    task_id: Id | None = None
    version: int | None = Field(default=None, description="Number of the version; the current one for none")
    records: list[dict[str, Any]] = Field(
        description="Each with `_url` or `_base64`; what else it has comes back with the answer",
        examples=[[{"_url": "https://example.org/reef.jpg"}]],
    )
    store_images: bool | None = Field(default=None, description="Keep the images with the labels found")


def read_classify() -> ClassifyRequest:
    """Return the request. Raises MissingValue, BadValue."""
    sent = read(ClassifyRequest, image_request_bytes())
    most = services().settings.ximilar_max_records
    if not sent.records:
        raise MissingValue("records", f"send 1 to {most} of them")
    if len(sent.records) > most:
        raise BadValue("records", len(sent.records), f"send at most {most} at once")
    if not (sent.task_id or sent.task):
        raise MissingValue("task", "send the id of a task")
    return sent


def sent_record(record: dict[str, Any]) -> Record:
    """Return the image of a record; an error in it does not affect the others."""
    text, url = record.get("_base64"), record.get("_url")
    if isinstance(text, str) and text:
        try:
            return Record(content=decoded_image("_base64", text))
        except BadValue as wrong:
            return Record(error=str(wrong))
    if isinstance(url, str) and url:
        return Record(url=url)
    return Record(error=str(MissingValue("_base64", "give each record `_url` or `_base64`")))
