"""Read a multipart form part by part: some fields as files, the others as text."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from typing_extensions import override
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData, State

IsFile = Callable[[str, str | None], bool]  # name and file name of a part
_MEMORY_BYTES: Final = 512_000  # of a file that is kept in memory; larger ones go to disk
_TEXT_BYTES: Final = 500_000  # of a text field, and of the bytes between parts, as in Werkzeug
_BLOCK_BYTES: Final = 65_536
_BOUNDARY_MARGIN: Final = 16  # bytes around a boundary: its line breaks and dashes


@dataclass(slots=True)
class Part:
    """One part of a form."""

    name: str
    file_name: str | None  # None where the client gives none
    content_type: str
    encoding: str  # Content-Transfer-Encoding, in lower case; empty if it is missing
    content: IO[bytes] | None  # of a field that is read as a file
    text: bytes = b""  # of the others, unless they are files
    size: int = 0  # bytes, as they were sent


class _Decoder(MultipartDecoder):
    """Werkzeug's decoder, extended to part headers in Latin-1, as some programs on Windows send them."""

    @override
    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        try:
            return super()._parse_headers(data)
        except UnicodeDecodeError:
            return super()._parse_headers(bytes(data).decode("latin-1").encode())

    @override
    def _last_partial_boundary_index(self, data: bytes | bytearray) -> int:
        # Werkzeug treats a line break as content when a block of the body ends inside the -- of the last
        # boundary.
        start = max(0, len(data) - len(self.boundary) - _BOUNDARY_MARGIN)
        breaks = (data.find(b"\r", start), data.find(b"\n", start))
        return min((place for place in breaks if place >= 0), default=len(data))


def spool(files: ExitStack) -> IO[bytes]:
    """Return a new file, in memory while it is small, that is closed with `files`."""
    return files.enter_context(SpooledTemporaryFile(_MEMORY_BYTES))


@contextmanager
def read_form(stream: IO[bytes], boundary: str, is_file: IsFile, max_parts: int) -> Iterator[list[Part]]:
    """Read a multipart form to its end. Its files are closed when the block ends.

    is_file  decides by a part's name and file name, if any, whether it is stored as a file

    Raises ValueError with a message for an unreadable form, and RequestEntityTooLarge for more parts than
    `max_parts` or a longer text than any form here has.
    """
    with ExitStack() as files:
        parts: list[Part] = []
        for event in _events(stream, boundary, max_parts):
            if isinstance(event, Field | File):
                parts.append(_part(event, is_file, files))
            elif isinstance(event, Data):
                _extend(parts[-1], event.data)
        for part in parts:
            if part.content is not None:
                part.content.seek(0)
        yield parts


def _events(stream: IO[bytes], boundary: str, max_parts: int) -> Iterator[Event]:
    decoder = _Decoder(boundary.encode(), _TEXT_BYTES, max_parts=max_parts)
    is_over = False
    while not is_over:
        block = stream.read(_BLOCK_BYTES)
        decoder.receive_data(block or None)
        is_over = not block
        event = _next_event(decoder, boundary)
        while not isinstance(event, Epilogue | NeedData):
            yield event
            event = _next_event(decoder, boundary)


def _next_event(decoder: MultipartDecoder, boundary: str) -> Event:
    state = decoder.state
    try:
        return decoder.next_event()
    except ValueError as wrong:
        if not decoder.complete:  # a part without the header that names its field
            raise ValueError(f"a part of the form cannot be read ({wrong})") from None
    if state is State.PREAMBLE:
        raise ValueError(f"the boundary {boundary[:70]!r} of the Content-Type header is nowhere in the body")
    raise ValueError("the form ends before its last boundary")


def _part(event: Field | File, is_file: IsFile, files: ExitStack) -> Part:
    name: str | None = event.name  # None if the header names no field, despite the annotation
    file_name = event.filename if isinstance(event, File) else None
    return Part(
        name=name or "",
        file_name=file_name,
        content_type=_mime_type(event.headers),
        encoding=event.headers.get("Content-Transfer-Encoding", "").strip().lower(),
        content=spool(files) if is_file(name or "", file_name) else None,
    )


def _mime_type(headers: Headers) -> str:
    return parse_options_header(headers.get("Content-Type"))[0]


def _extend(part: Part, data: bytes) -> None:
    part.size += len(data)
    if part.content is not None:
        part.content.write(data)
    elif part.file_name is None:
        if part.size > _TEXT_BYTES:
            raise RequestEntityTooLarge
        part.text += data
