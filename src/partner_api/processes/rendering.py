"""The part that renders slideshows: it claims jobs, and has them drawn by processes that it starts."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from partner_api.clock import Clock
from partner_api.database.connection import open_pool
from partner_api.database.notifications import Listener
from partner_api.database.outages import FAILURES
from partner_api.processes.asynchronous import beating, end_development, stop_on_signals
from partner_api.processes.link import Beat
from partner_api.rehearsal.installation import following_installation
from partner_api.rendering.worker.loop import CONNECTIONS_PER_PROCESS, run_rendering
from partner_api.storage import open_storage
from partner_api.sweeps.loop import sleep_unless_stopped
from partner_api.time_limits import BACKGROUND_ACQUIRE_SECONDS, PART_SILENCE_SECONDS

if TYPE_CHECKING:
    from partner_api.installation import Installation
    from partner_api.processes.link import Link
    from partner_api.settings.table import Settings

_log = structlog.get_logger(__name__)
_RETRY_SECONDS = 5.0


async def run_rendering_part(settings: Settings, installation: Installation, link: Link) -> None:
    """Render slideshows until SIGTERM; a database that is unavailable is waited for.

    Args:
        settings: how, and how many at a time.
        installation: whose work it is; this has a pool of its own on its database.
        link: to the supervisor.
    """
    stop = asyncio.Event()
    stop_on_signals(stop)
    storage = open_storage(settings, installation.secret_keys)
    turned_at = time.monotonic()

    def turn() -> None:
        nonlocal turned_at
        turned_at = time.monotonic()

    def look() -> Beat | None:
        return Beat() if time.monotonic() - turned_at < PART_SILENCE_SECONDS else None

    async with beating(link, look):
        while not stop.is_set():
            turn()
            try:
                pool = await open_pool(
                    installation.location.application_url,
                    CONNECTIONS_PER_PROCESS * settings.render_processes,
                    acquire_seconds=BACKGROUND_ACQUIRE_SECONDS,
                )
                try:
                    clock = Clock()
                    listener = Listener(pool)
                    async with (
                        following_installation(
                            pool,
                            listener,
                            clock,
                            development=settings.development,
                            on_production=lambda: end_development(link),
                        ),
                        listener.listening(),
                    ):
                        await run_rendering(pool, clock, storage, settings, stop, turn)
                finally:
                    await pool.close()
            except FAILURES as error:
                _log.warning("rendering_not_started", reason=type(error).__name__)
                await sleep_unless_stopped(_RETRY_SECONDS, stop)
