"""A process that moves credits in batches until it is killed, and says what was acknowledged to it.

``python -m tests.faults.batch_process`` reads a pickled `Work`, and prints the number of each movement that was
answered, and how.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support.batches import SetClock, call

from partner_api.database.connection import open_pool
from partner_api.edge.money_calls import MoneyCalls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class Work(NamedTuple):
    """Movements of one tenant, that arrive together: functions of stores, each with its item."""

    url: str
    name: str
    """What its connections are called."""
    batch_size: int
    tenant_id: int
    now: datetime
    movements: Sequence[tuple[Any, Any]]


async def do(work: Work) -> None:
    """Do it all, and print each answer as soon as it is there."""
    async with await open_pool(work.url, 6, settings={"application_name": work.name}) as pool:
        calls = MoneyCalls(pool, SetClock(work.now), work.batch_size)

        async def one(number: int, function: Any, item: Any) -> None:
            outcome = await call(calls, function, work.tenant_id, item)
            print(number, outcome.status, flush=True)

        await asyncio.gather(*(one(number, *move) for number, move in enumerate(work.movements)))


if __name__ == "__main__":
    asyncio.run(do(pickle.load(sys.stdin.buffer)))
