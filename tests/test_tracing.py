"""Test that one trace follows a photo from its request into the workers, at a real receiver of OTLP."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typing_extensions import override

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import PATIENCE_S, wait_for

trace_service_pb2 = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"


class Collector(ThreadingHTTPServer):
    """Keeps the spans that are sent to it."""

    daemon_threads = True

    def __init__(self) -> None:
        collector = self
        self.spans: list[tuple[str, str, str, str]] = []  # trace, parent, name, role of the process

        class Handler(BaseHTTPRequestHandler):
            @override
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(trace_service_pb2.ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        super().__init__(("127.0.0.1", 0), Handler)

    def take(self, request: "trace_service_pb2.ExportTraceServiceRequest") -> None:
        for sent in request.resource_spans:
            about = {one.key: one.value.string_value for one in sent.resource.attributes}
            for scope in sent.scope_spans:
                self.spans.extend(
                    (
                        span.trace_id.hex(),
                        span.parent_span_id.hex(),
                        span.name,
                        about["service.instance.role"],
                    )
                    for span in scope.spans
                )


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    thread = threading.Thread(target=running.serve_forever, args=(0.05,))
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.mark.slow
def test_one_trace_leads_from_the_request_through_the_queue_into_the_workers(
    own_server: Callable[..., RunningServer], collector: Collector
) -> None:
    server = own_server(
        TRACES_URL=f"http://127.0.0.1:{collector.server_port}/v1/traces", WORKERS="1", WEB_WORKERS="1"
    )

    answer = server.client.post(
        "/V1/api/classify",
        files={"image": jpeg(2000, 1500)},
        headers={"traceparent": f"00-{TRACE}-{CALLER}-01"},
    )
    server.completed(answer.json()["job_id"])

    def found() -> dict[str, set[str]]:
        ours = [span for span in collector.spans if span[0] == TRACE]
        return {name: {role for _, _, other, role in ours if other == name} for _, _, name, _ in ours}

    expected = {
        "POST /V1/api/classify": {"web"},
        "queue": {"worker"},
        "batch": {"worker"},
        "finish": {"worker"},
    }
    wait_for(lambda: found() == expected, "all spans being exported")
    (caller,) = {
        parent for trace, parent, name, _ in collector.spans if trace == TRACE and name.startswith("POST")
    }
    assert caller == CALLER


@pytest.mark.slow
def test_without_traces_nothing_is_loaded_that_sends_them() -> None:
    program = (
        "import sys, coralchunk.app, jobs.tasks; from coralchunk import tracing; tracing.set_up(None, 'web');"
        "assert tracing.current() == '';"
        "sys.exit(any(name.startswith('opentelemetry.exporter') for name in sys.modules))"
    )

    said = subprocess.run([sys.executable, "-c", program], timeout=PATIENCE_S, check=False)

    assert said.returncode == 0
