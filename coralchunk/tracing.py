"""Trace requests and the work that they cause with OpenTelemetry, if the operator has asked for it.

The packages are an extra. `set_up` imports the part that sends spans, so that a server without traces does
not load it; the other functions do nothing until then.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from coralchunk import __version__
from coralchunk.errors.setup import BadSetting

_API: Final = "opentelemetry.trace"  # other packages load it where it is installed
_EXPORTER: Final = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_HEADER: Final = "traceparent"  # W3C Trace Context
_NAME: Final = "coralchunk"


def set_up(url: str | None, role: str) -> None:
    """Send the spans of this process to a collector (OTLP over HTTP); nothing happens without a URL.

    role  of this process, such as "web"

    Raises BadSetting where the packages are missing.
    """
    if url is None:
        return
    try:
        from opentelemetry import trace  # noqa: PLC0415 - an optional extra
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadSetting("CORALCHUNK_TRACES_URL", url, "needs pip install 'coralchunk[otel]'") from None
    about = {"service.name": _NAME, "service.version": __version__, "service.instance.role": role}
    provider = TracerProvider(resource=Resource.create(about))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    trace.set_tracer_provider(provider)


def current() -> str:
    """Return the W3C traceparent of the span that runs now; empty without traces."""
    if _EXPORTER not in sys.modules:
        return ""
    carrier: dict[str, str] = {}
    _propagator().inject(carrier)
    return carrier.get(_HEADER, "")


@contextmanager
def continued(parent: str, name: str, **attributes: str | int) -> Iterator[None]:
    """Run the block as a span with attributes.

    parent  traceparent of the span that caused this one; empty for none
    name    of the kind of work
    """
    if _EXPORTER not in sys.modules:
        yield
        return
    context = _propagator().extract({_HEADER: parent})
    with _tracer().start_as_current_span(name, context=context, attributes=attributes):
        yield


def waited(parent: str, name: str, since: float) -> None:
    """Record a wait that ends now as a span.

    parent  as in `continued`
    name    what was waited for
    since   Unix seconds; of another machine's clock, which may be ahead
    """
    if parent and _EXPORTER in sys.modules:
        end = time.time_ns()
        start = min(int(since * 1e9), end)
        span = _tracer().start_span(name, context=_propagator().extract({_HEADER: parent}), start_time=start)
        span.end(end)


def note(**attributes: str | int) -> None:
    """Add attributes to the span that runs now."""
    if _EXPORTER in sys.modules:
        sys.modules[_API].get_current_span().set_attributes(attributes)


def _tracer() -> Any:  # noqa: ANN401 - the package may be missing
    return sys.modules[_API].get_tracer(_NAME, __version__)


def _propagator() -> Any:  # noqa: ANN401 - as above
    from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415 - an optional extra

    return tracecontext.TraceContextTextMapPropagator()
