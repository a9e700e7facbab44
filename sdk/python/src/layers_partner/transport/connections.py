"""The connections of a client: its own httpx2 client, and a deadline that every read and write keeps to."""

from __future__ import annotations

import os
import socket
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpx2

# The end of the try that is under way in this thread, by the monotonic clock.
DEADLINE: Final[ContextVar[float]] = ContextVar("layers_partner_deadline", default=float("inf"))
_C = TypeVar("_C")


class Connections(Generic[_C]):
    """The httpx2 client of a client and of those made of it: one that was given, or one of their own.

    A process that was forked has copies of the connections: over one of them, each of the two could read the answer
    to the other's request. So it gets a client of its own when it first asks for one.
    """

    def __init__(self, open_own: Callable[[], _C], given: _C | None) -> None:
        self._open_own = open_own
        self.is_own = given is None
        self._http = open_own() if given is None else given
        self._process = os.getpid()
        self._of_the_parent: _C | None = None

    @property
    def http(self) -> _C:
        """The httpx2 client."""
        if self.is_own and self._process != os.getpid():
            # Kept as it is: closing it could end the parent's connections.
            self._of_the_parent = self._http
            self._http = self._open_own()
            self._process = os.getpid()
        return self._http


def own_client(base_url: str) -> httpx2.Client:
    """Return a client for synchronous calls to this address, with the environment's proxies.

    A time limit of httpx2 is one for each read, and an answer can come in many: so its connections get ones whose
    reads and writes keep to `DEADLINE`.
    """
    import httpx2

    client = httpx2.Client(verify=_is_https(base_url), follow_redirects=False)
    # httpx2 has no public way to do this that keeps its proxies. A release that looks different inside goes without:
    # the deadline is then kept as with a caller's own client.
    mounted = getattr(client, "_mounts", {}).values()
    for transport in (getattr(client, "_transport", None), *mounted):
        pool: Any = getattr(transport, "_pool", None)
        if (backend := getattr(pool, "_network_backend", None)) is not None:
            pool._network_backend = _Backend(backend)
    return client


def own_async_client(base_url: str) -> httpx2.AsyncClient:
    """Return a client for asynchronous calls to this address, with the environment's proxies."""
    import httpx2

    return httpx2.AsyncClient(verify=_is_https(base_url), follow_redirects=False)


def _is_https(base_url: str) -> bool:
    # Loading the certificates takes as long as most requests, and http does not need them.
    return base_url.startswith("https:")


def _left(timeout: float | None, *, to_write: bool = False) -> float | None:
    import httpx2

    left = DEADLINE.get() - time.monotonic()
    if left <= 0:
        raise (httpx2.WriteTimeout if to_write else httpx2.ReadTimeout)("The deadline has passed.")
    return left if timeout is None else min(left, timeout)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        # It fails there in the same way, and says so.
        return [host]
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class _Backend:
    """Opens connections that keep to the deadline."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> _Stream:
        """Open a connection to a host."""
        addresses = _addresses(host, port)
        while True:
            # One by one: given the name, it would take the whole time for each of them.
            address = addresses.pop(0)
            try:
                return _Stream(
                    self._backend.connect_tcp(
                        address, port, _left(timeout), local_address, socket_options
                    )
                )
            except Exception:
                if not addresses:
                    raise


class _Stream:
    """A connection whose reads and writes keep to the deadline."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some."""
        piece: bytes = self._stream.read(max_bytes, _left(timeout))
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all."""
        self._stream.write(buffer, _left(timeout, to_write=True))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        """Go on under TLS."""
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def close(self) -> None:
        """Close it."""
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows of itself."""
        return self._stream.get_extra_info(info)
