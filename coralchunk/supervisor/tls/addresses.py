"""Find the addresses at which phones reach this server, and tell its user."""

import ipaddress
import socket
from io import StringIO
from typing import Final

import segno

from coralchunk.config import VARIABLES, Settings
from coralchunk.supervisor.tls.authority import Address

_LOOPBACK: Final = ("127.0.0.1", "::1")
_DISTANT: Final = ("192.0.2.1", 9)  # of no machine (RFC 5737); nothing is sent to it


def reachable_addresses(host: str) -> list[Address]:
    """Return the addresses of a server that listens on `host`, the one in the local network first."""
    loopback = [ipaddress.ip_address(one) for one in _LOOPBACK]
    try:
        listened = ipaddress.ip_address(host)
    except ValueError:
        return loopback
    if listened.is_loopback:
        return loopback
    if not listened.is_unspecified:
        return [listened, *loopback]
    local = _local_address()
    return loopback if local is None else [local, *loopback]


def _local_address() -> Address | None:
    """Return the address from which this machine would send to others; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_DISTANT)
        except OSError:
            return None
        found = ipaddress.ip_address(probe.getsockname()[0])
    return None if found.is_loopback or found.is_unspecified else found


def app_url(address: Address, port: int) -> str:
    """Return the address of the app."""
    return f"https://{_bracketed(address)}:{port}/"


def trust_url(address: Address, port: int) -> str:
    """Return the address of the page that tells how to trust the certificate, which itself needs no trust."""
    return f"http://{_bracketed(address)}:{trust_port(port)}/"


def trust_port(port: int) -> int:
    """Return the port of that page: the one after the app's."""
    return port + 1


def announcement(settings: Settings, address: Address) -> str:
    """Tell where phones find the server, with a QR code; or that they cannot reach it.

    address  the first of reachable_addresses
    """
    here = app_url(address, settings.port)
    if address.is_loopback:
        return (
            f"The app is at {here} on this machine only.\n"
            f"For phones in your network, set {VARIABLES['host']}=0.0.0.0 and start again.\n"
        )
    page = trust_url(address, settings.port)
    code = StringIO()
    segno.make(page, micro=False).terminal(out=code, compact=True)
    return f"{code.getvalue()}\nScan this code with a phone, or open {page}\nThe app is then at {here}\n"


def _bracketed(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)
