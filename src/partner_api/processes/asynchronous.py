"""Signals, heartbeat and end of the parts that run an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

from partner_api.processes.link import Beat
from partner_api.time_limits import BEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from partner_api.processes.link import Link

_PRODUCTION = (
    "A server without development mode now uses this database, so it may hold real customers. Development mode "
    "ends here: its clock must not move theirs. Use another database for trying things out."
)


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set ``stop`` at SIGTERM; Ctrl-C and a closed terminal are for the supervisor alone."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


@contextlib.asynccontextmanager
async def beating(link: Link, look: Callable[[], Beat | None]) -> AsyncIterator[None]:
    """Report the state of the work to the supervisor every second, from the loop that does it.

    Args:
        link: to the supervisor.
        look: returns what to report; None to be silent, when the work stands still though the loop runs.
    """

    async def beat() -> None:
        while True:
            if (found := look()) is not None:
                link.say(found)
            await asyncio.sleep(BEAT_SECONDS)

    task = asyncio.create_task(beat(), name="heartbeat")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def end_development(link: Link) -> None:
    """End the whole server, because its database has turned out to be production's."""
    link.say(Beat(working=False, fatal=_PRODUCTION))
    os.kill(os.getpid(), signal.SIGTERM)
