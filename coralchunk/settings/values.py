"""Define the types that several settings share, and read lists of values."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import Field

Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1, le=1024)]


def allowed_place(entry: str) -> tuple[IPv4Network | IPv6Network, int | None]:
    """Read `network`, `network:port` or `[network]:port`. Raises ValueError.

    Returns the network, and the port that is allowed in addition to 80 and 443.
    """
    network, _, port = entry.rpartition(":")
    if port.isdigit() and (network.startswith("[") or network.count(":") == 0) and network:
        return ip_network(network.strip("[]")), int(port)
    return ip_network(entry.strip("[]")), None


def entries_of(comma_list: str) -> tuple[str, ...]:
    """Return the entries of a comma-separated list, without empty ones."""
    return tuple(entry.strip() for entry in comma_list.split(",") if entry.strip())
