"""A process that sends webhooks until it is killed, or ends in order at SIGTERM.

``python -m tests.faults.sender_process`` reads a pickled `SenderWork`.
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
from partner_api.database.notifications import Bell
from partner_api.logs import configure_logging
from partner_api.processes.asynchronous import stop_on_signals
from partner_api.sweeps import locks
from partner_api.sweeps.deliveries import DeliverWebhooks
from partner_api.sweeps.loop import run_sweeps
from partner_api.sweeps.progress import SweepProgress
from partner_api.webhooks.sending.sender import Outgoing

_DRAIN_SECONDS = 5.0


class SenderWork(NamedTuple):
    """Where its deliveries are, and how far its clock is ahead."""

    url: str
    keys: str
    offset_seconds: int


async def send(work: SenderWork) -> None:
    """Send what is due, as the part of a server does, until SIGTERM."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    outgoing = Outgoing(SecretKeys.parse(work.keys), development=True, proxy=None)
    sweep = DeliverWebhooks(outgoing, drain_seconds=_DRAIN_SECONDS)
    async with await open_pool(work.url, 2, settings=locks.SETTINGS) as pool:
        await run_sweeps(
            pool, Clock(work.offset_seconds), Bell(pool), [sweep], stop, SweepProgress()
        )
        await sweep.close()


if __name__ == "__main__":
    configure_logging("json", "warning")
    uvloop.run(send(pickle.load(sys.stdin.buffer)))
