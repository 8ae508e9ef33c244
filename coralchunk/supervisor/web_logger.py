"""Write gunicorn's messages as log lines of the server."""

import logging

from gunicorn.config import Config
from gunicorn.glogging import Logger
from typing_extensions import override

from coralchunk.logs import set_up


class WebLogger(Logger):
    """Pass gunicorn's lines to the root logger, which writes JSON unless it writes to a terminal."""

    @override
    def setup(self, cfg: Config) -> None:
        set_up("warning")
        self.error_log.handlers.clear()
        self.error_log.setLevel(logging.WARNING)
        self.error_log.propagate = True
        self.access_log.disabled = True
