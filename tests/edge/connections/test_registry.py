"""Which connection goes when there is no room for another one."""

from __future__ import annotations

import pytest

from partner_api.edge.connections.registry import CONNECTION, Connections, address_of, mark_known
from partner_api.metrics.registry import REGISTRY


class Peer:
    """A connection that knows only whether it was evicted."""

    def __init__(self, name: str, address: str = "a") -> None:
        self.name = name
        self.address = address
        self.evicted = False

    def evict(self) -> None:
        """Note it."""
        self.evicted = True


def peers(count: int, address: str | None = None) -> list[Peer]:
    """Several, each with an address of its own unless they share one."""
    return [Peer(str(n), address or f"address {n}") for n in range(count)]


def evicted(peers: list[Peer]) -> list[int]:
    """Which of them are evicted."""
    return [number for number, peer in enumerate(peers) if peer.evicted]


def make_known(connections: Connections, *known: Peer) -> None:
    """Let a request of each be authenticated and answered."""
    for peer in known:
        connections.busy(peer)
        connections.know(peer)
        connections.idle(peer)


def test_of_one_address_the_longest_idle_one_goes() -> None:
    connections = Connections(1000, 3)
    first = peers(3, "a")
    other = Peer("other", "b")
    assert all(connections.admit(peer) for peer in [other, *first])
    # A request and its answer make it the youngest again.
    connections.busy(first[0])
    connections.idle(first[0])
    assert connections.admit(Peer("new", "a"))
    assert evicted(first) == [1]
    assert not other.evicted
    assert connections.unknown == 4


def test_reading_on_does_not_make_it_younger() -> None:
    connections = Connections(1000, 2)
    first = peers(2, "a")
    assert all(connections.admit(peer) for peer in first)
    connections.idle(first[0])
    assert connections.admit(Peer("new", "a"))
    assert evicted(first) == [0]


def test_those_that_are_worked_for_stay() -> None:
    connections = Connections(1000, 3)
    first = peers(3, "a")
    for peer in first:
        assert connections.admit(peer)
        connections.busy(peer)
    assert not connections.admit(Peer("new", "a"))
    connections.idle(first[2])
    assert connections.admit(Peer("new", "a"))
    assert evicted(first) == [2]


def test_those_that_are_known_do_not_count_for_their_address() -> None:
    """All clients of a proxy have one address."""
    connections = Connections(1000, 2)
    known = peers(100, "proxy")
    for peer in known:
        assert connections.admit(peer)
        make_known(connections, peer)
    unknown = peers(5, "proxy")
    assert all(connections.admit(peer) for peer in unknown)
    assert evicted(known) == []
    assert evicted(unknown) == [0, 1, 2]
    assert (connections.known, connections.unknown) == (100, 2)


def test_half_of_all_are_for_those_that_are_known() -> None:
    connections = Connections(20, 1000)
    unknown = peers(15)
    assert all(connections.admit(peer) for peer in unknown)
    assert evicted(unknown) == [0, 1, 2, 3, 4]
    known = peers(15)
    for peer in known:
        # It is unknown at first, so somebody goes; and there is room again when it is known.
        assert connections.admit(peer)
        make_known(connections, peer)
    assert (connections.known, connections.unknown) == (15, 5)
    assert connections.admit(Peer("new"))
    assert evicted(known) == []


def test_a_flood_of_strangers_takes_nothing_from_those_that_are_known() -> None:
    connections = Connections(100, 10)
    known = peers(50, "proxy")
    for peer in known:
        assert connections.admit(peer)
        make_known(connections, peer)
    for number in range(100):
        for peer in peers(30, f"10.0.0.{number}"):
            connections.admit(peer)
    assert evicted(known) == []
    assert (connections.known, connections.unknown) == (50, 50)


def test_one_client_with_a_key_does_not_keep_everybody_out() -> None:
    """A tenth of all is always there for those who come; the longest idle known one goes."""
    connections = Connections(100, 100)
    known = peers(100, "greedy")
    for peer in known:
        assert connections.admit(peer)
        make_known(connections, peer)
    strangers = peers(20)
    assert all(connections.admit(peer) for peer in strangers)
    assert evicted(known) == list(range(10))
    assert evicted(strangers) == list(range(10))
    assert (connections.known, connections.unknown) == (90, 10)


def test_when_all_are_worked_for_there_is_no_room() -> None:
    connections = Connections(10, 100)
    known = peers(10)
    for peer in known:
        assert connections.admit(peer)
        connections.busy(peer)
        connections.know(peer)
    assert not connections.admit(Peer("new"))
    connections.forget(known[0])
    assert connections.admit(Peer("new"))


def test_one_that_is_gone_or_was_never_there_changes_nothing() -> None:
    connections = Connections(10, 1)
    gone, refused = Peer("gone", "a"), Peer("refused", "a")
    assert connections.admit(gone)
    connections.busy(gone)
    assert not connections.admit(refused)
    for peer in (gone, refused):
        connections.forget(peer)
        for change in (connections.idle, connections.busy, connections.know, connections.forget):
            change(peer)
    assert (connections.known, connections.unknown) == (0, 0)
    assert connections.admit(Peer("new", "a"))


def test_how_many_there_are_is_measured() -> None:
    def measured() -> tuple[float, float]:
        known, unknown = (
            REGISTRY.get_sample_value("layers_http_connections", {"kind": kind})
            for kind in ("known", "unknown")
        )
        assert known is not None
        assert unknown is not None
        return known, unknown

    known, unknown = measured()
    connections = Connections(100, 100)
    three = peers(3)
    for peer in three:
        connections.admit(peer)
    make_known(connections, three[0])
    assert measured() == (known + 1, unknown + 2)
    for peer in three:
        connections.forget(peer)
    assert measured() == (known, unknown)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:path", "unix:path"),
    ],
)
def test_an_address_is_what_one_client_has(host: str, address: str) -> None:
    assert address_of(host) == address


def test_a_request_that_came_without_a_connection_of_ours_marks_nothing() -> None:
    mark_known({})
    mark_known({CONNECTION: None})
