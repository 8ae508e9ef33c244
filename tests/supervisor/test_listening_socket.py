"""Test the socket on which clients connect before the first web process runs."""

import socket

import pytest

from coralchunk.config import Settings
from coralchunk.supervisor.listening_socket import listening_socket
from tests.server import free_port


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_answers_to_the_earliest_clients_are_not_held_back_either(host: str) -> None:
    with (
        listening_socket(Settings(host=host, port=free_port(host))) as listener,
        socket.create_connection(listener.getsockname()[:2]),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
