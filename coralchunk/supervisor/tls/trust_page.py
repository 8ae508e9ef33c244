"""Serve the certificate of the authority without TLS, and a page that tells how to trust it.

    python -m coralchunk.supervisor.tls.trust_page HOST PORT AUTHORITY APP_URL

A browser that does not trust the authority yet cannot get it from the server itself without a warning.
"""

import hashlib
import os
import socket
import ssl
import sys
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader
from typing_extensions import override

from coralchunk.assets import folder
from coralchunk.processes import PARENT_VARIABLE, end_with_parent

CERTIFICATE_PATH: Final = "/coralchunk-ca.crt"
_TIMEOUT_S: Final = 10


class TrustPage(BaseHTTPRequestHandler):
    """Answers with the page, or with the certificate."""

    timeout = _TIMEOUT_S

    def __init__(self, page: bytes, certificate: bytes, *connection: object) -> None:
        self._page: Final = page
        self._certificate: Final = certificate
        super().__init__(*connection)  # type: ignore[arg-type] # what the server passes

    def do_GET(self) -> None:
        """Send the certificate at its path, and the page everywhere else."""
        is_certificate = self.path == CERTIFICATE_PATH
        content = self._certificate if is_certificate else self._page
        kind = "application/x-x509-ca-cert" if is_certificate else "text/html; charset=utf-8"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the page holds nothing that is secret."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int, handler: "partial[TrustPage]") -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)


def render(authority: str, app_url: str) -> tuple[bytes, bytes]:
    """Return the page and the certificate (DER) of an authority.

    authority  PEM
    """
    certificate = ssl.PEM_cert_to_DER_cert(authority)
    digest = hashlib.sha256(certificate).hexdigest().upper()
    pages = Environment(loader=FileSystemLoader(folder("templates")), autoescape=True)
    fingerprint = ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
    page = pages.get_template("tls/trust.html").render(
        app_url=app_url, certificate_path=CERTIFICATE_PATH, fingerprint=fingerprint
    )
    return page.encode(), certificate


def main(host: str, port: str, authority: str, app_url: str) -> None:
    """Serve until the supervisor ends."""
    parent = os.environ.get(PARENT_VARIABLE)  # noqa: TID251 - set by our parent, not by an operator
    end_with_parent(int(parent) if parent else None)
    page, certificate = render(Path(authority).read_text(encoding="ascii"), app_url)
    with _Server(host, int(port), partial(TrustPage, page, certificate)) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
