"""A worker in a process of its own, for tests that kill it: renews until it is told to stop."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

from partner_api.database.connection import open_pool
from partner_api.sweeps.renewals import RenewLeases

# Small commits, so that a kill finds the worker between many of them.
_LEASES_PER_COMMIT = 3


async def work(url: str, now: datetime) -> None:
    """Say that it is ready, wait for a line, then renew what is due at ``now``, over and over."""
    pool = await open_pool(url, 2)
    sweep = RenewLeases(leases_per_commit=_LEASES_PER_COMMIT)
    print("ready", flush=True)
    sys.stdin.readline()
    while True:
        if not await sweep.step(pool, now):
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
