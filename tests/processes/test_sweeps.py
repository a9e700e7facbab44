"""The part that does the background work, as `layers serve` runs it."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.installation import now
from tests.support.operations import started

from partner_api.database.connection import connect

if TYPE_CHECKING:
    import httpx2
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Installation
    from tests.support.tenants import Wallet

LONG = 200.0


async def test_a_wallet_that_somebody_holds_is_left_for_later_and_another_partner_is_not(
    spare_api: httpx2.AsyncClient, spare: Installation, spare_urls: DatabaseUrls
) -> None:
    # Others may have moved its time ahead.
    ahead = await spare.pool.fetchval("SELECT clock_offset_seconds FROM installation")
    begin = now() + timedelta(seconds=ahead)
    held, free = [await spare.partner(at=begin, prepaid=100) for _ in range(2)]
    async with spare.pool.acquire() as connection:
        for partner in (held, free):
            await started(connection, partner, 7, now=begin)

    async def let_expire(partner: Wallet) -> None:
        await spare.owner.execute(
            "UPDATE reservations SET expires_at = $2 WHERE tenant_id = $1",
            partner.tenant_id,
            begin - timedelta(seconds=1),
        )

    async def until_expired(partner: Wallet) -> None:
        while await spare.pool.fetchval(  # noqa: ASYNC110 - the server knows nothing of the test
            "SELECT reserved FROM wallets WHERE tenant_id = $1", partner.tenant_id
        ):
            await asyncio.sleep(0.05)

    async def times_locked_out() -> float:
        text = (await spare_api.get("/metrics")).text
        found = re.search(r'^layers_sweep_locked_total\{sweep="expiries"\} (\S+)$', text, re.M)
        return float(found[1]) if found else 0.0

    before = await times_locked_out()
    holder = await connect(spare_urls.owner)
    try:
        async with asyncio.timeout(LONG):
            async with holder.transaction():
                await holder.fetch(
                    "SELECT FROM wallets WHERE tenant_id = $1 FOR UPDATE", held.tenant_id
                )
                await let_expire(held)
                while await times_locked_out() == before:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                await let_expire(free)
                await until_expired(free)
            await until_expired(held)
    finally:
        await holder.close()
