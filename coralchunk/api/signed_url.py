"""Write signed addresses of images, which work without a token for a day."""

import time

from flask import request, url_for

from coralchunk.api.context import services


def signed_path(endpoint: str, name: str) -> str:
    """Return path and query of the signed address under which an endpoint serves a file.

    The signature is of the path as the server sees it, without the path below which a proxy publishes it.
    """
    path = url_for(endpoint, name=name)
    seen = path.removeprefix(request.script_root)
    return f"{path}?{services().datasets.addresses.sign(seen, time.time())}"


def own_url(path: str) -> str:
    """Return the whole address of a path that `url_for` or `signed_path` returned."""
    return f"{request.host_url.rstrip('/')}{path}"
