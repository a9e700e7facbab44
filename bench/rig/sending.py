"""The sweeps that publish and deliver, in a process of its own as in a server, until SIGTERM.

``python -m rig.sending`` reads a pickled `SendingWork`.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from typing import NamedTuple

import uvloop

from partner_api.clock import Clock
from partner_api.crypto import SecretKeys
from partner_api.database.connection import open_pool
from partner_api.database.notifications import Bell, Listener
from partner_api.logs import configure_logging
from partner_api.processes.asynchronous import stop_on_signals
from partner_api.sweeps import locks
from partner_api.sweeps.deliveries import DeliverWebhooks
from partner_api.sweeps.events import PublishEvents
from partner_api.sweeps.loop import run_sweeps
from partner_api.sweeps.progress import SweepProgress
from partner_api.webhooks.sending.sender import Outgoing

_DRAIN_SECONDS = 1.0


class SendingWork(NamedTuple):
    """Where the deliveries are, and what opens the secrets of their endpoints."""

    url: str
    keys: str


async def send(work: SendingWork) -> None:
    """Publish and deliver what is due."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    outgoing = Outgoing(SecretKeys.parse(work.keys), development=True, proxy=None)
    deliveries = DeliverWebhooks(outgoing, drain_seconds=_DRAIN_SECONDS)
    async with await open_pool(work.url, 4, settings=locks.SETTINGS) as pool:
        bell, listener = Bell(pool), Listener(pool)
        async with bell.hearing_others(listener), listener.listening():
            sweeps = [PublishEvents(), deliveries]
            await run_sweeps(pool, Clock(), bell, sweeps, stop, SweepProgress())
        await deliveries.close()


if __name__ == "__main__":
    configure_logging("json", "info")
    uvloop.run(send(pickle.load(sys.stdin.buffer)))  # noqa: S301 - from the process that started this one
