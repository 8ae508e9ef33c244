"""Prepare TLS for a server in a local network, and tell its user how phones reach it."""

import datetime as dt
import hashlib
import socket
import ssl
import sys
from collections.abc import Mapping

from coralchunk.config import VARIABLES, Settings
from coralchunk.errors.setup import BadSetting
from coralchunk.supervisor.child_process import Process, python
from coralchunk.supervisor.tls.addresses import announcement, app_url, reachable_addresses, trust_port
from coralchunk.supervisor.tls.authority import ensure_certificate
from coralchunk.supervisor.tls.files import TlsFiles


def prepare_tls(settings: Settings) -> TlsFiles:
    """Make sure that there is a certificate for the addresses of today, and print where the app is.

    Raises BadSetting if the port of the page about the certificate is taken.
    """
    _check_port(settings)
    addresses = reachable_addresses(settings.host)
    now = dt.datetime.now(dt.UTC)
    files = ensure_certificate(settings.data_dir / "tls", socket.gethostname(), addresses, now)
    authority = ssl.PEM_cert_to_DER_cert(files.authority.read_text(encoding="ascii"))
    sys.stdout.write(announcement(settings, addresses[0]))
    sys.stdout.write(f"SHA-256 of the certificate authority: {hashlib.sha256(authority).hexdigest()}\n")
    sys.stdout.flush()
    return files


def _check_port(settings: Settings) -> None:
    port = trust_port(settings.port)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, port))
        except (OSError, OverflowError) as taken:
            reason = f"with --tls the server also needs the port after it, {port}: {taken}"
            raise BadSetting(VARIABLES["port"], str(settings.port), reason) from taken


def start_trust_page(settings: Settings, environment: Mapping[str, str], tls: TlsFiles) -> Process:
    """Start the page that tells how to trust the certificate."""
    url = app_url(reachable_addresses(settings.host)[0], settings.port)
    page = "coralchunk.supervisor.tls.trust_page"
    return python(
        ["-m", page, settings.host, str(trust_port(settings.port)), str(tls.authority), url], environment
    )
