"""What requests leave behind is written together, and one key that somebody holds keeps no other from it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.support.tenants import NOON

from partner_api.database.connection import connect
from partner_api.edge.identity.recorder import KeyUse, Recorder

if TYPE_CHECKING:
    from tests.support.databases import DatabaseUrls
    from tests.support.installation import Installation

MINUTE = timedelta(minutes=1)


async def test_a_key_that_somebody_holds_is_noted_later_and_the_others_at_once(
    installation: Installation, served_urls: DatabaseUrls
) -> None:
    partners = [await installation.partner() for _ in range(2)]
    keys = [await installation.key(partner, "*") for partner in partners]
    recorder = Recorder(installation.pool)

    async def noted(position: int) -> datetime | None:
        used_at: datetime | None = await installation.pool.fetchval(
            "SELECT last_used_at FROM api_keys WHERE id = $1", keys[position].key_id
        )
        return used_at

    def use(position: int, at: datetime) -> None:
        recorder.note_use(partners[position].tenant_id, keys[position].key_id, at)

    holder = await connect(served_urls.owner)
    try:
        async with asyncio.timeout(60), holder.transaction():
            await holder.fetch(
                "SELECT FROM api_keys WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
                partners[0].tenant_id,
                keys[0].key_id,
            )
            for position in range(2):
                use(position, NOON)
            await recorder.flush()
            assert [await noted(0), await noted(1)] == [None, NOON]
            assert recorder._uses == {KeyUse(partners[0].tenant_id, keys[0].key_id): NOON}
            # A later use is not forgotten for the one that is still to be noted.
            use(0, NOON + MINUTE)
            await recorder.flush()
    finally:
        await holder.close()
    await recorder.flush()
    assert await noted(0) == NOON + MINUTE
    # What is older, or was noted already, changes nothing and is not kept.
    use(0, NOON)
    use(1, NOON)
    await recorder.flush()
    assert [await noted(0), await noted(1)] == [NOON + MINUTE, NOON]
    assert recorder._uses == {}
