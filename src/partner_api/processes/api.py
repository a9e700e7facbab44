"""The part that answers requests."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

from partner_api.app import create_app
from partner_api.edge.connections.registry import Connections
from partner_api.edge.connections.server import serve_http
from partner_api.processes.asynchronous import beating, stop_on_signals
from partner_api.processes.link import Beat
from partner_api.processes.shutdown import plan_shutdown

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from partner_api.processes.link import Link
    from partner_api.settings import Settings

# Python's own is 700. So many small objects are a few megabytes.
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


async def run_api_part(
    settings: Settings, sockets: list[socket.socket], link: Link, folder: Path | None
) -> None:
    """Answer requests until SIGTERM, then finish those that have begun.

    Args:
        settings: how.
        sockets: where clients connect; other processes may accept from them too.
        link: to the supervisor.
        folder: where the supervisor writes the state of all parts.
    """
    stop = asyncio.Event()
    stop_on_signals(stop)
    accepting = False

    def ready() -> None:
        nonlocal accepting
        accepting = True
        link.say(Beat())

    app = create_app(settings, run_folder=folder)
    collect_rarely()
    async with beating(link, lambda: Beat(working=accepting)):
        await serve_http(
            app,
            sockets,
            connections=Connections.of(settings),
            stop=stop,
            drain_seconds=plan_shutdown(settings.shutdown_seconds).requests,
            on_ready=ready,
        )


def collect_rarely() -> None:
    """Keep the cycle collector away from what lives as long as the process, and from most requests.

    A request leaves no cycles behind, but while a hundred are in flight their objects are many, and by default
    they are all gone through again and again: that took an eighth of the processor's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, *gc.get_threshold()[1:])
