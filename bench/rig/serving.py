"""The API as ``layers serve`` runs it, with the floors beside its routes."""

from __future__ import annotations

import multiprocessing
import os
from typing import TYPE_CHECKING

from granian.constants import Interfaces, Loops
from granian.server import Server
from partner_api.api_process import collect_rarely, end_with

from partner_api.app import ROUTERS, create_app
from partner_api.logs import GRANIAN_LOGGING, configure_logging
from partner_api.settings import load_settings
from rig import routes

if TYPE_CHECKING:
    from partner_api.edge.asgi import Edge


def create_bench_app() -> Edge:
    """Make the application of an API process, which ends when its supervisor does."""
    settings = load_settings(os.environ)
    configure_logging(settings.log_format, settings.log_level)
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        end_with(supervisor, within_seconds=settings.shutdown_seconds)
    app = create_app(settings, [*ROUTERS, routes.router])
    collect_rarely()
    return app


def serve() -> None:
    """Serve with one worker, on what the environment says, until SIGTERM."""
    settings = load_settings(os.environ)
    Server(
        "rig.serving:create_bench_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=1,
        factory=True,
        websockets=False,
        log_dictconfig=GRANIAN_LOGGING,
    ).serve()


if __name__ == "__main__":
    serve()
