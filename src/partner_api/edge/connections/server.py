"""Serving HTTP in this process, on sockets that somebody else has bound."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import resource
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

import structlog
from uvicorn.config import Config

from partner_api.edge.connections.limits import ConnectionLimits
from partner_api.edge.connections.protocol import ClientConnection
from partner_api.edge.connections.state import ProcessState
from partner_api.time_limits import CLOSE_APP_SECONDS, CLOSE_REQUEST_SECONDS

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    from partner_api.edge.asgi import Edge
    from partner_api.edge.connections.registry import Connections

_log = structlog.get_logger(__name__)
_BACKLOG: Final = 2048
_DATE_EVERY_SECONDS: Final = 1.0
# Files that a process has open beside its connections: the database's, those it sends, logs.
_OTHER_FILES: Final = 200


async def serve_http(
    app: Edge,
    sockets: Sequence[socket.socket],
    *,
    connections: Connections,
    stop: asyncio.Event,
    drain_seconds: float,
    on_ready: Callable[[], None],
    limits: ConnectionLimits | None = None,
) -> None:
    """Start the application and answer requests until ``stop`` is set; then end in order, and in time.

    Args:
        app: the application.
        sockets: bound, and closed in the end.
        connections: of this process.
        stop: when it is set, nothing new is taken in, and what waits for something is answered.
        drain_seconds: how long requests in flight may take then. Closing what they leave behind may take
            ``CLOSE_REQUEST_SECONDS`` and ``CLOSE_APP_SECONDS`` more.
        on_ready: called when requests are taken in.
        limits: of each connection; without them, the usual ones.

    Raises:
        Exception: whatever the application raises when it cannot start.
    """
    _allow_open_files(connections.most + _OTHER_FILES)
    config = Config(
        app,
        http=ClientConnection,
        ws="none",
        interface="asgi3",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    config.load()
    state = ProcessState()
    application = _Lifespan(app)
    listeners: list[asyncio.Server] = []
    try:
        if not await application.start(stop):
            return
        async with _date_in_answers(state):
            loop = asyncio.get_running_loop()
            make_connection = functools.partial(
                ClientConnection,
                config,
                state,
                application.state,
                connections=connections,
                limits=limits or ConnectionLimits(),
                fixed_headers=app.fixed_headers,
            )
            for listening in sockets:
                listeners.append(
                    await loop.create_server(make_connection, sock=listening, backlog=_BACKLOG)
                )
            on_ready()
            await stop.wait()
            app.stop_waiting()
            _close(listeners, sockets)
            await _drain(state, drain_seconds)
    finally:
        _close(listeners, sockets)
        await _end(state)
        await application.end()


async def _drain(state: ProcessState, seconds: float) -> None:
    """Wait until all requests are answered and their connections closed, at most so long."""
    for connection in list(state.connections):
        connection.shutdown()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await state.wait_until_quiet()


async def _end(state: ProcessState) -> None:
    """End what is left: the requests first, so that they give back what they hold."""
    tasks = list(state.tasks)
    if tasks:
        _log.warning("requests_cancelled", count=len(tasks))
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=CLOSE_REQUEST_SECONDS)
    for connection in list(state.connections):
        connection.transport.abort()


def _close(listeners: Iterable[asyncio.Server], sockets: Iterable[socket.socket]) -> None:
    for listener in listeners:
        listener.close()
    for listening in sockets:
        listening.close()


@contextlib.asynccontextmanager
async def _date_in_answers(state: ProcessState) -> AsyncIterator[None]:
    """Keep the date that every answer has while the block runs."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(_DATE_EVERY_SECONDS)
            set_date()

    def set_date() -> None:
        state.default_headers = [(b"date", formatdate(usegmt=True).encode())]

    set_date()
    keeping = asyncio.create_task(keep(), name="date in answers")
    try:
        yield
    finally:
        keeping.cancel()


def _allow_open_files(count: int) -> None:
    """Let this process have so many files open, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        most = count if hard == resource.RLIM_INFINITY else min(count, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class _Lifespan:
    """The application's own beginning and end, as ASGI has them."""

    def __init__(self, app: Edge) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._to_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._started = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self, stop: asyncio.Event) -> bool:
        """Start the application, unless ``stop`` comes first; then the answer is False.

        Raises:
            Exception: what the application raised.
        """
        scope: dict[str, Any] = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        self._task = asyncio.create_task(
            self._app(scope, self._to_app.get, self._hear), name="application"
        )
        self._to_app.put_nowait({"type": "lifespan.startup"})
        waits = [asyncio.create_task(event.wait()) for event in (self._started, stop)]
        try:
            await asyncio.wait({self._task, *waits}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self._task.done():
            # It ends only when it has failed.
            self._task.result()
            raise RuntimeError("the application ended as soon as it started")
        return self._started.is_set()

    async def _hear(self, message: Any) -> None:
        if message["type"] == "lifespan.startup.complete":
            self._started.set()

    async def end(self) -> None:
        """Let the application close what it has open; it is cancelled when that takes too long."""
        if self._task is None or self._task.done():
            return
        if self._started.is_set():
            self._to_app.put_nowait({"type": "lifespan.shutdown"})
            await asyncio.wait({self._task}, timeout=CLOSE_APP_SECONDS)
        if not self._task.done():
            _log.warning("application_not_closed")
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=CLOSE_REQUEST_SECONDS)
        elif (error := self._task.exception()) is not None:
            _log.error("application_not_closed", exc_info=error)
