"""Configure gunicorn; the supervisor passes the listening socket and the number of processes.

gevent workers: with threads or plain processes, 200 slow uploads would block all other requests.
"""

import os
from typing import Final

from gevent import events, monkey

from coralchunk.processes import PARENT_VARIABLE, UNUSED, end_with_parent, hidden, preload

# The code is loaded here, once, before the web processes are forked off; each then opens its own connections.
# Before that gevent must have replaced what would block, save for what their parent awaits signals with.
# For each module it would search all installed packages for plugins that want to know: 0.2 s, and as much in
# each web process, where gunicorn asks it to replace the rest.
events.notify_and_call_entry_points = events.notify  # type: ignore[attr-defined] # newer than its types
monkey.patch_all(os=False, signal=False, queue=False)
with hidden(*UNUSED):
    preload("coralchunk.app", "coralchunk.supervisor.web_worker")

worker_class: Final = "coralchunk.supervisor.web_worker.WebWorker"
worker_connections: Final = 1000
timeout: Final = 60  # s without a sign of life from a web process; slow clients do not count
graceful_timeout: Final = 10  # s for answers that are under way when the server stops
keepalive: Final = 3  # s; a phone that polls every second keeps its connection, and stopping waits no longer
logger_class: Final = "coralchunk.supervisor.web_logger.WebLogger"
control_socket_disable: Final = (
    True  # the supervisor controls gunicorn, so it needs no control socket in the home folder
)
proc_name: Final = "coralchunk-web"


def on_starting(_server: object) -> None:
    """End with the supervisor, however that ends."""
    parent = os.environ.get(PARENT_VARIABLE)  # noqa: TID251 - set by our parent, not by an operator
    end_with_parent(int(parent) if parent else None)
