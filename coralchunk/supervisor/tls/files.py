"""Name the files of a server with TLS."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the certificates and the key of a server are, PEM."""

    authority: Path  # what phones must trust
    certificate: Path  # of the server
    key: Path  # of the server
