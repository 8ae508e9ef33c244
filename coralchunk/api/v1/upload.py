"""Find the photos in an upload request, or say what was received and what to change."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Final

from flask import Request

from coralchunk.api.multipart import Part, read_form, spool
from coralchunk.api.v1.text_photos import (
    from_base64,
    from_data_uri,
    head_of,
    is_base64_photo,
    is_data_uri,
    is_text,
)
from coralchunk.errors import NoImage

FIELD: Final = "image"
_MULTIPART: Final = "multipart/form-data"
_URL_ENCODED: Final = "application/x-www-form-urlencoded"
_PLAIN_ENCODINGS: Final = frozenset({"", "binary", "8bit", "7bit"})
_BLOCK_BYTES: Final = 65_536
_MAX_DESCRIBED: Final = 5  # fields that a refusal names
_SHOWN: Final = 40  # characters of a name or text that a refusal repeats
_SEND: Final = (
    f"Send multipart/form-data with the photo as a file in the field `{FIELD}`,"
    " or the photo itself as the body with its content type, such as image/jpeg."
)
_BOUNDARY: Final = "Let the HTTP client write the Content-Type header: it adds the boundary that it uses."


@dataclass(frozen=True, slots=True)
class Upload:
    """What an upload request carries."""

    photos: tuple[IO[bytes], ...]  # at least one
    fields: Mapping[str, str]  # the text fields of the form; the last one of each name


@contextmanager
def uploaded(request: Request) -> Iterator[Upload]:
    """Read the photos of a request; they are closed when the block ends. Raises NoImage."""
    with ExitStack() as files:
        if request.mimetype == _MULTIPART:
            upload = _from_form(request, files)
        elif request.mimetype == _URL_ENCODED:
            upload = _from_parts(_url_encoded(request), files)
        elif request.mimetype.startswith("image/") or request.mimetype == "application/octet-stream":
            upload = Upload((_from_body(request, files),), {})
        else:
            sent = f"the content type {_quoted(request.mimetype)}" if request.mimetype else "no content type"
            raise NoImage(f"the request has {sent}", _SEND)
        yield upload


def _from_form(request: Request, files: ExitStack) -> Upload:
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary:
        raise NoImage(f"the content type {_MULTIPART} has no boundary", _BOUNDARY)
    try:
        form = read_form(request.stream, boundary, _is_photo, request.max_form_parts or 0)
        parts = files.enter_context(form)
    except ValueError as wrong:
        raise NoImage(str(wrong), _BOUNDARY if "boundary" in str(wrong) else _SEND) from None
    return _from_parts(parts, files)


def _is_photo(name: str, _file_name: str | None) -> bool:
    return name == FIELD


def _url_encoded(request: Request) -> list[Part]:
    """Return the fields of a URL-encoded form, in which the + of base64 may have become a space."""
    return [
        Part(name, None, "", "", BytesIO(text.replace(" ", "+").encode()), b"", len(text))
        if name == FIELD
        else Part(name, None, "", "", None, text.encode(), len(text))
        for name, text in request.form.items(multi=True)
    ]


def _from_body(request: Request, files: ExitStack) -> IO[bytes]:
    content = spool(files)
    while block := request.stream.read(_BLOCK_BYTES):
        content.write(block)
    if not content.tell():
        raise NoImage("the body is empty", _SEND)
    content.seek(0)
    return content


def _from_parts(parts: list[Part], files: ExitStack) -> Upload:
    # A browser sends a part without name and content for a file input that was left empty.
    sent = [part for part in parts if part.size or part.file_name]
    photos = tuple(_photo(part.content, part, files) for part in sent if part.content is not None)
    if not photos:
        raise NoImage(_described(parts), _SEND)
    return Upload(photos, {part.name: part.text.decode(errors="replace") for part in sent if part.text})


def _photo(content: IO[bytes], part: Part, files: ExitStack) -> IO[bytes]:
    try:
        if part.encoding == "base64":
            content = from_base64(content, files)
        elif part.encoding not in _PLAIN_ENCODINGS:
            raise ValueError(f"its Content-Transfer-Encoding {_quoted(part.encoding)} is not read here")
        head = head_of(content)
        if is_data_uri(head):
            return from_data_uri(content, files)
        if is_base64_photo(head):
            return from_base64(content, files)
        if part.file_name is None and is_text(head):
            raise ValueError(f"it came as text ({_quoted(head.decode(errors='replace'))}), not as a file")
    except ValueError as wrong:
        raise NoImage(f"the field `{FIELD}` holds no photo: {wrong}", _SEND) from None
    return content


def _described(parts: list[Part]) -> str:
    if not parts:
        return "the form has no fields"
    if any(part.name == FIELD for part in parts):
        return f"the field `{FIELD}` is empty: no file was chosen"
    described = [_field(part) for part in parts[:_MAX_DESCRIBED]]
    more = f" and {len(parts) - _MAX_DESCRIBED} more" if len(parts) > _MAX_DESCRIBED else ""
    return f"the form has the field{'s' if len(parts) > 1 else ''} {', '.join(described)}{more}"


def _field(part: Part) -> str:
    name = _quoted(part.name) if part.name else "without a name"
    if part.file_name is None:
        return f"{name} (text, {part.size} characters)"
    described = [f"file {_quoted(part.file_name)}", part.content_type, f"{part.size} bytes"]
    return f"{name} ({', '.join(one for one in described if one)})"


def _quoted(text: str) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in text[:_SHOWN])
    return f"`{shown}...`" if len(text) > _SHOWN else f"`{shown}`"
