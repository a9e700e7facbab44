"""Which addresses a server listens on, and how it refuses."""

from __future__ import annotations

import socket

import pytest
from tests.support.serving import free_port

from partner_api.processes.listening import bound_sockets, listen
from partner_api.processes.startup import StartupError


def test_a_bound_port_is_taken_and_takes_clients_only_later() -> None:
    port = free_port()
    with bound_sockets("127.0.0.1", port) as sockets:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=60)
        listen(sockets, "127.0.0.1", port)
        with socket.create_connection(("127.0.0.1", port), timeout=60):
            pass
        with (
            pytest.raises(StartupError, match="address already in use"),
            bound_sockets("127.0.0.1", port),
        ):
            pass


def test_a_name_is_every_address_that_it_stands_for() -> None:
    port = free_port()
    families = {
        found[0] for found in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)
    }
    with bound_sockets("localhost", port) as sockets:
        assert {bound.family for bound in sockets} <= families
        assert {bound.getsockname()[1] for bound in sockets} == {port}


def test_no_socket_is_inherited_by_accident() -> None:
    with bound_sockets("127.0.0.1", free_port()) as sockets:
        assert not any(bound.get_inheritable() for bound in sockets)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("nowhere.invalid", "Cannot listen on nowhere.invalid"),
        ("192.0.2.1", "Cannot listen on 192.0.2.1 port"),
    ],
)
def test_what_is_not_this_machine_is_refused_in_a_sentence(host: str, expected: str) -> None:
    with pytest.raises(StartupError, match=expected) as refused, bound_sockets(host, free_port()):
        pass
    assert "--" in str(refused.value)
