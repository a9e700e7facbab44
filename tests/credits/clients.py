"""A client in a process of its own, for races that one event loop could not lose."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from partner_api.credits import store as credit
from partner_api.database.connection import open_pool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from partner_api.database.arguments import Outcome


def allocate_in_process(
    url: str, tenant_id: int, now: datetime, items: Sequence[credit.CreditAllocation]
) -> list[Outcome]:
    """Send each allocation on a connection of its own, all at once; the outcomes in the same order."""
    return asyncio.run(_allocate(url, tenant_id, now, items))


async def _allocate(
    url: str, tenant_id: int, now: datetime, items: Sequence[credit.CreditAllocation]
) -> list[Outcome]:
    async def one(item: credit.CreditAllocation) -> Outcome:
        async with pool.acquire() as connection:
            (outcome,) = await credit.allocate(connection, tenant_id, now, [item])
            return outcome

    pool = await open_pool(url, len(items))
    try:
        return await asyncio.gather(*(one(item) for item in items))
    finally:
        await pool.close()
