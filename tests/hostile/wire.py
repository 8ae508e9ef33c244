"""Send raw bytes over a socket, for requests that no HTTP library would send."""

import json
import socket
from dataclasses import dataclass
from typing import Any

from tests.reef import jpeg
from tests.waiting import PATIENCE_S

BOUNDARY = "reef"
PHOTO = jpeg(300, 200)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    kind: str
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def part(name: str, content: bytes, file_name: str = "") -> bytes:
    """One field of a form; a file if it has a name."""
    told = f'; filename="{file_name}"' if file_name else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'.encode() + (
        content + b"\r\n"
    )


def upload(*before: bytes) -> bytes:
    """A form with a photo in it."""
    return b"".join(before) + part("image", PHOTO, "reef.jpg") + f"--{BOUNDARY}--\r\n".encode()


def request(body: bytes, **headers: str | None) -> bytes:
    """An upload as it is sent over the wire; a header of None is left out, `_` becomes `-`."""
    told: dict[str, str | None] = {
        "Host": "localhost",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(len(body)),
        "Connection": "close",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value is not None)
    return f"POST /V1/api/classify HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def say(port: int, message: bytes) -> Answer:
    """Send bytes, and read the answer to its end."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
        client.sendall(message)
        said = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    kinds = [line.partition(": ")[2] for line in lines if line.lower().startswith("content-type:")]
    return Answer(int(lines[0].split()[1]), kinds[0], body)
