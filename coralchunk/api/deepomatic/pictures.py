"""Find the pictures of an inference: addresses, files, and data URIs."""

import binascii
import re
from io import BytesIO
from typing import IO, Final, cast

from pybase64 import b64decode

from coralchunk.api.context import services
from coralchunk.api.deepomatic.requests import InferenceBody, InferenceImage, read
from coralchunk.errors.access import FetchingOff
from coralchunk.errors.networks import BadInference
from coralchunk.networks.inputs import Region
from coralchunk.recognition.inference import Picture

_ADDRESS: Final = re.compile(rb"https?://", re.IGNORECASE)
_DATA: Final = re.compile(rb"data:image/[\w.+*-]{1,50};(base64|binary),", re.IGNORECASE)
_LONGEST_ADDRESS: Final = 2000


def pictures_of(body: InferenceBody) -> list[Picture]:
    """Return the pictures in the order of the network's inputs. Raises BadInference, FetchingOff."""
    return [_picture(one.image, f"inputs[{index}].image") for index, one in enumerate(body.inputs)]


def _picture(image: InferenceImage, place: str) -> Picture:
    parts = {"bbox": image.bbox, "polygon": image.polygon}
    region = read(Region, {name: part for name, part in parts.items() if part is not None}).model_copy(
        update={"crop_uniform_background": image.crop_uniform_background}
    )
    return Picture(_source(image.source, f"{place}.source"), region)


def _source(source: object, place: str) -> str | IO[bytes]:
    if hasattr(source, "read"):
        return cast(IO[bytes], source)  # a file of a form, see body.read_body
    content = source.encode(errors="replace") if isinstance(source, str) else source
    if not isinstance(content, bytes):
        raise BadInference(place, "this must be a text: an address or a data URI")
    if _ADDRESS.match(content):
        return _address(content, place)
    data = _DATA.match(content)
    if data is None:
        raise BadInference(
            place,
            "this is neither an address (http://, https://) nor a data URI"
            " (data:image/*;base64,... or data:image/*;binary,...)",
        )
    rest = content[data.end() :]
    if data[1].lower() == b"binary":
        return BytesIO(rest)
    try:
        return BytesIO(b64decode(b"".join(rest.split()), validate=True))
    except binascii.Error as wrong:
        raise BadInference(place, f"this is no base64: {wrong}") from None


def _address(content: bytes, place: str) -> str:
    if not services().settings.fetch_urls:
        raise FetchingOff
    if len(content) > _LONGEST_ADDRESS:
        raise BadInference(place, f"the address has {len(content)} characters; at most {_LONGEST_ADDRESS}")
    try:
        return content.decode().strip()
    except UnicodeDecodeError:
        raise BadInference(place, "the address is no UTF-8") from None
