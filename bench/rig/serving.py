"""The API as ``layers serve`` runs it, with the floors beside its routes."""

from __future__ import annotations

import asyncio
import os

import uvloop

from partner_api.app import ROUTES, create_app
from partner_api.edge.connections.registry import Connections
from partner_api.edge.connections.server import serve_http
from partner_api.logs import configure_logging
from partner_api.processes.api import collect_rarely
from partner_api.processes.asynchronous import stop_on_signals
from partner_api.processes.listening import bound_sockets, listen
from partner_api.settings.table import load_settings
from partner_api.tracing.starting import tracing
from rig import routes


async def serve() -> None:
    """Serve in this process, on what the environment says, until SIGTERM."""
    settings = load_settings(os.environ)
    configure_logging(settings.log_format, settings.log_level)
    stop = asyncio.Event()
    stop_on_signals(stop)
    app = create_app(settings, [*ROUTES, routes.routes])
    collect_rarely()
    with bound_sockets(settings.host, settings.port) as sockets:
        listen(sockets, settings.host, settings.port)
        await serve_http(
            app,
            sockets,
            connections=Connections.of(settings),
            stop=stop,
            drain_seconds=settings.shutdown_seconds,
            on_ready=lambda: None,
        )


if __name__ == "__main__":
    with tracing(load_settings(os.environ), "api-1"):
        uvloop.run(serve())
