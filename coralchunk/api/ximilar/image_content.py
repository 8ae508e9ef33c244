"""Take an image out of a request: a file of a form, or base64 as plain text or as a data URI."""

import binascii
import re
from typing import Final

from flask import request
from pybase64 import b64decode

from coralchunk.errors.datasets import BadValue, MissingValue

_DATA_URI: Final = re.compile(r"data:[^,]{0,200}?(;base64)?,", re.IGNORECASE)
_BLANKS: Final = re.compile(r"\s+")


def sent_image(field: str, text: str | None) -> bytes:
    """Return the image of this request. Raises MissingValue, BadValue.

    field  of the form that holds the file
    text   the image as base64, if it came so
    """
    file = request.files.get(field)
    if file is not None:
        return bytes(file.read())
    if not text:
        raise MissingValue(field, "send the file as `img_path` of a form, or as `base64`")
    return decoded_image("base64", text)


def decoded_image(field: str, text: str) -> bytes:
    """Decode base64. Raises BadValue.

    text  plain base64 with or without its last `=`, or a data URI of any type
    """
    uri = _DATA_URI.match(text)
    if uri is not None and uri[1] is None:
        raise BadValue(field, text[:40], "a data URI must say ;base64")
    plain = text[uri.end() :] if uri else text
    plain = _BLANKS.sub("", plain).rstrip("=")
    try:
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):  # the second for letters outside ASCII
        raise BadValue(field, text[:40], "it is no base64") from None
