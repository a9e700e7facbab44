"""The sockets on which a server listens: opened once, by the supervisor, and handed to the processes that answer."""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import TYPE_CHECKING

from partner_api.processes.startup import StartupError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Connections that wait to be accepted; the kernel may allow fewer.
_BACKLOG = 1024


@contextlib.contextmanager
def bound_sockets(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Bind every address that a host name stands for; nobody can connect before ``listen`` is called.

    So a port in use is noticed before anything is started, and nobody else takes it meanwhile.

    Args:
        host: an address, or a name such as ``localhost``, which may stand for one of each family.
        port: the same for all of them.

    Raises:
        StartupError: it is in use, not this account's to open, or the name is not known.
    """
    with contextlib.ExitStack() as stack:
        bound: list[socket.socket] = []
        failures: list[OSError] = []
        addresses = _addresses(host, port)
        families = {family for family, _ in addresses}
        for family, address in addresses:
            try:
                bound.append(stack.enter_context(_bind(family, address, alone=len(families) == 1)))
            except OSError as error:
                failures.append(error)
        # A machine without IPv6 still resolves names to it.
        missing = [error for error in failures if error.errno not in _NO_SUCH_ADDRESS]
        if missing or not bound:
            raise _cannot_listen(host, port, (missing or failures)[0])
        yield bound


def listen(sockets: list[socket.socket], host: str, port: int) -> None:
    """Listen for connections; clients wait until a process accepts them.

    Raises:
        StartupError: somebody else has been quicker.
    """
    for bound in sockets:
        try:
            bound.listen(_BACKLOG)
        except OSError as error:
            raise _cannot_listen(host, port, error) from error


_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[object, ...]]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        raise StartupError(
            f"Cannot listen on {host}: {reason.lower()}. Choose an address or another name with --host."
        ) from error
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _bind(
    family: socket.AddressFamily, address: tuple[object, ...], *, alone: bool
) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port that a stopped server left in TIME_WAIT is free; one with a listener is not.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and not alone:
            # Else it would take the other family's port too.
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except BaseException:
        bound.close()
        raise
    return bound


def _cannot_listen(host: str, port: int, error: OSError) -> StartupError:
    return StartupError(
        f"Cannot listen on {host} port {port}: {(error.strerror or 'refused').lower()}. "
        "Choose another with --port, or with PORT= for make run."
    )
