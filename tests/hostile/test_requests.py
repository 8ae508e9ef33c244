"""Test forms and requests that no correct client sends, and clients that send nothing for a long time."""

import socket
import time
from contextlib import ExitStack

import pytest

from tests.hostile.conftest import LONGEST_ANSWER_S, is_sentence
from tests.hostile.wire import PHOTO, part, request, say, upload
from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

CHUNKED = {"Transfer_Encoding": "chunked", "Content_Length": None}
MB = 1_000_000


@pytest.mark.parametrize(
    ("message", "status"),
    [
        pytest.param(request(upload(part("a", b"b") * 5000)), 413, id="5000 fields"),
        pytest.param(request(upload(part("a", b"b", "c") * 5000)), 413, id="5000 files"),
        pytest.param(request(upload(part("a", b"b" * 5 * MB))), 413, id="a field of 5 MB"),
        pytest.param(request(upload(b"x" * 5 * MB)), 413, id="5 MB before the form"),
        pytest.param(
            request(upload(b"--reef\r\n" + b"X: y\r\n" * 100_000 + b"\r\n\r\n")),
            413,
            id="100000 part headers",
        ),
        pytest.param(request(upload(), Content_Type="multipart/form-data; boundary=w"), 400, id="boundary"),
        pytest.param(request(upload(), Content_Type="multipart/form-data"), 400, id="no boundary"),
        pytest.param(request(upload(), Content_Type='a/b; boundary="\x01\xff"'), 400, id="a bent header"),
        pytest.param(request(part("image", PHOTO, "r.jpg")), 400, id="a form without its end"),
        pytest.param(request(part("image", b"\r" * 20 * MB, "r.jpg") + b"--reef--"), 422, id="20 MB of CR"),
        pytest.param(
            request(part("image", b"\r\n--ree" * 2 * MB, "r.jpg") + b"--reef--"), 422, id="almost a boundary"
        ),
        pytest.param(
            request(b"a=1&" * 100_000, Content_Type="application/x-www-form-urlencoded"), 400, id="url"
        ),
        pytest.param(request(b"[" * 100_000, Content_Type="application/json"), 400, id="deep JSON"),
        pytest.param(request(upload(), Content_Length=None), 400, id="no length"),
        pytest.param(request(upload(), Content_Length="-5"), 400, id="a negative length"),
        pytest.param(request(upload(), Content_Length="many"), 400, id="a length in words"),
        pytest.param(request(upload(), Content_Length="9" * 30), 413, id="a length without an end"),
        pytest.param(request(upload(), Transfer_Encoding="chunked"), 400, id="two lengths"),
        pytest.param(request(b"zz\r\nhello", **CHUNKED), 400, id="a chunk of zz bytes"),
        pytest.param(request(b"-1\r\nhello", **CHUNKED), 400, id="a chunk of -1 bytes"),
        pytest.param(
            request(upload(), Transfer_Encoding="reef", Content_Length=None), 400, id="a new coding"
        ),
        pytest.param(request(upload(), Idempotency_Key="x" * 3000), 400, id="a key of 3000"),
        pytest.param(b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\n\r\n", 414, id="a long path"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 500 + b"\r\n", 431, id="500 headers"),
        pytest.param(b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", 431, id="a long header"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", 400, id="HTTP 9.9"),
        pytest.param(b"\x16\x03\x01\x02\0\x01\0\x01\xfc" + bytes(90) + b"\r\n\r\n", 400, id="TLS"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_our_own_words(
    target: RunningServer, message: bytes, status: int
) -> None:
    began = time.monotonic()

    answer = say(target.port, message)

    assert time.monotonic() - began < LONGEST_ANSWER_S
    assert (answer.status, answer.kind) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    is_sentence(answer.json()["detail"])


@pytest.mark.parametrize(
    "path",
    ["/docs/..%2f..%2fetc%2fpasswd.png", "/models/..%2f..%2fx.onnx", "/static/../../../etc/passwd", "/%00"],
)
def test_no_path_leads_out_of_what_is_served(target: RunningServer, path: str) -> None:
    answer = say(target.port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert answer.status == 404
    assert b"root:" not in answer.body


def test_200_slow_clients_stop_nobody(target: RunningServer) -> None:
    head = request(b"", Content_Length=str(len(upload()))) + upload()[:200]
    with ExitStack() as slow:
        clients = [
            slow.enter_context(socket.create_connection(("127.0.0.1", target.port))) for _ in range(200)
        ]
        for client in clients:
            client.sendall(head)

        began = time.monotonic()
        job_id = target.submit(jpeg(300, 200))
        assert time.monotonic() - began < LONGEST_ANSWER_S
        assert target.completed(job_id)["status"] == "completed"

        for client in clients[:20]:  # a little later the slow ones get there too
            client.sendall(upload()[200:])
            assert client.recv(12) == b"HTTP/1.1 200"
    wait_for(target.is_ready, "the server being ready")
