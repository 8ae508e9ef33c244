"""Turn photos that were sent as text, in base64 or as data URIs, into files."""

import binascii
import string
from contextlib import ExitStack
from typing import IO, Final

from pybase64 import b64decode

from coralchunk.api.multipart import spool
from coralchunk.imaging.files.formats import claimed_format

_BLOCK_BYTES: Final = 65_536
_HEAD_BYTES: Final = 256
_DATA_URI: Final = b"data:"
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_ALPHABET: Final = (string.ascii_letters + string.digits + "+/=").encode()
_SPACES: Final = b" \t\r\n"
_TAB, _DELETE = 0x09, 0x7F


def head_of(content: IO[bytes]) -> bytes:
    """Return the first bytes of a file, whose position is then its start."""
    content.seek(0)
    head = content.read(_HEAD_BYTES)
    content.seek(0)
    return head


def is_text(head: bytes) -> bool:
    """Tell whether the first bytes of a file are text."""
    return all((byte >= 0x20 and byte != _DELETE) or _TAB <= byte <= 0x0D for byte in head)


def is_data_uri(head: bytes) -> bool:
    """Tell whether a file begins like a data URI (RFC 2397)."""
    return head[: len(_DATA_URI)].lower() == _DATA_URI


def is_base64_photo(head: bytes) -> bool:
    """Tell whether a file begins like an image in base64."""
    text = head.translate(_URL_SAFE, _SPACES)
    if text.translate(None, _ALPHABET):  # a photo has other bytes, whose letters would decode to something
        return False
    try:
        return bool(text) and claimed_format(binascii.a2b_base64(text[: len(text) // 4 * 4])) is not None
    except binascii.Error:
        return False


def from_data_uri(content: IO[bytes], files: ExitStack) -> IO[bytes]:
    """Return the bytes in a data URI. Raises ValueError with a message."""
    head = head_of(content)
    media_type, comma, _ = head.partition(b",")
    if not comma or not media_type.lower().rstrip().endswith(b";base64"):
        raise ValueError("it is a data URI that is not in base64")
    content.seek(len(media_type) + 1)
    return from_base64(content, files)


def from_base64(content: IO[bytes], files: ExitStack) -> IO[bytes]:
    """Return the bytes in base64 (RFC 4648, either alphabet, with or without line breaks and padding).

    content  read from its position to its end
    files    closes the returned file

    Raises ValueError with a message.
    """
    decoded = spool(files)
    rest = b""
    try:
        while block := content.read(_BLOCK_BYTES):
            text = rest + block.translate(_URL_SAFE, _SPACES)
            whole = len(text) // 4 * 4
            decoded.write(b64decode(text[:whole], validate=True))
            rest = text[whole:]
        decoded.write(b64decode(rest + b"=" * (-len(rest) % 4), validate=True))
    except binascii.Error:
        raise ValueError("it is not whole and valid base64") from None
    decoded.seek(0)
    return decoded
