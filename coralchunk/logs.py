"""Set up logging to standard error: readable on a terminal, JSON elsewhere."""

import logging
import sys

import structlog


def set_up(level: str) -> None:
    """Send structlog's and the standard library's lines through one format.

    level  "debug", "info", "warning" or "error"
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderers: list[structlog.typing.Processor]
    if sys.stderr.isatty():
        # Plain: the fancy formatter prints the pixels of every photo in sight.
        renderers = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    else:
        renderers = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel("WARNING")  # it logs its plugins at each start
    logging.getLogger("botocore").setLevel("WARNING")  # it logs where it found its credentials
    logging.getLogger("fontTools").setLevel("WARNING")  # it logs each table of a font that goes into a report
    logging.getLogger("httpx").setLevel("WARNING")  # it logs each URL, and some contain a key
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=True,
    )
