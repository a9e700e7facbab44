"""The part that answers requests."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import TYPE_CHECKING

from partner_api.app import create_app
from partner_api.database.connection import require_answer
from partner_api.edge.connections.registry import Connections
from partner_api.edge.connections.server import serve_http
from partner_api.processes.asynchronous import beating, end_development, stop_on_signals
from partner_api.processes.link import Beat
from partner_api.processes.shutdown import plan_shutdown
from partner_api.time_limits import ACQUIRE_SECONDS, POOL_WEDGED_SECONDS

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from partner_api.database.connection import Pool
    from partner_api.edge.asgi import Edge
    from partner_api.installation import Installation
    from partner_api.processes.link import Link
    from partner_api.settings.table import Settings

_PROBE_PAUSE_SECONDS = 2.0
# Python's own is 700. So many small objects are a few megabytes.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


async def run_api_part(
    settings: Settings,
    installation: Installation,
    link: Link,
    sockets: list[socket.socket],
    folder: Path | None,
) -> None:
    """Answer requests until SIGTERM, then finish those that have begun.

    Args:
        settings: how.
        installation: whose requests they are.
        link: to the supervisor.
        sockets: where clients connect; other processes may accept from them too.
        folder: where the supervisor writes the state of all parts.
    """
    stop = asyncio.Event()
    stop_on_signals(stop)
    app = create_app(
        settings,
        installation=installation,
        run_folder=folder,
        on_production=lambda: end_development(link),
    )
    collect_rarely()
    work = ApiWork(app)

    def ready() -> None:
        work.accepting = True
        link.say(Beat())

    async with beating(link, work.look):
        probing = asyncio.create_task(work.probe(), name="probe")
        try:
            await serve_http(
                app,
                sockets,
                connections=Connections.of(settings),
                stop=stop,
                drain_seconds=plan_shutdown(settings.shutdown_seconds).requests,
                on_ready=ready,
            )
        finally:
            probing.cancel()
            await asyncio.gather(probing, return_exceptions=True)


class ApiWork:
    """Checks whether this process can answer requests.

    Its loop runs, or nothing here would run. Whether it also gets connections to the database is checked from time to
    time, in the way in which requests get them. A database that cannot be reached is no reason to replace the
    process; one that can, though not through the pool, is.

    Args:
        app: what answers.
        wedged_seconds: for how long the pool may have no connection free while the database is there.
        pause_seconds: between two checks.
    """

    def __init__(
        self,
        app: Edge,
        *,
        wedged_seconds: float = POOL_WEDGED_SECONDS,
        pause_seconds: float = _PROBE_PAUSE_SECONDS,
    ) -> None:
        self.accepting = False
        self._app = app
        self._wedged_seconds = wedged_seconds
        self._pause_seconds = pause_seconds
        self._problem: str | None = None
        self._error: str | None = None
        self._wedged = False

    def look(self) -> Beat | None:
        """Return what to report to the supervisor; None when the process has to be replaced."""
        if self._wedged:
            return None
        return Beat(working=self.accepting, problem=self._problem, error=self._error)

    async def probe(self) -> None:
        """Check the pool at intervals, until cancelled."""
        worked_at = time.monotonic()
        while True:
            await asyncio.sleep(self._pause_seconds)
            services = self._app.services
            if services is None:
                continue
            try:
                await require_answer(services.pool)
            except Exception as error:
                self._problem = "database unavailable"
                self._error = type(error).__name__
                if time.monotonic() - worked_at > self._wedged_seconds:
                    self._wedged = await _is_reachable(services.pool)
            else:
                worked_at = time.monotonic()
                self._problem = None


async def _is_reachable(pool: Pool) -> bool:
    """Return whether the database answers on a connection beside the pool."""
    try:
        async with (
            asyncio.timeout(ACQUIRE_SECONDS),
            pool.beside(command_seconds=ACQUIRE_SECONDS) as connection,
        ):
            await require_answer(connection)
    except Exception:
        return False
    return True


def collect_rarely() -> None:
    """Run the cycle collector rarely, and never over what lives as long as the process.

    A request leaves no cycles behind, but while a hundred are in flight their objects are many, and by default
    the collector scans all of them again and again: that took an eighth of the processor's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
