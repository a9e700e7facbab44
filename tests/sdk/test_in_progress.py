"""Two requests with one key at the same time: the second is told to wait, and gets the answer of the first."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.sdk.callers import ClientSettings, Options
from tests.sdk.effects import ALLOCATE
from tests.support.fault_proxy import FaultProxy
from tests.support.holding import holding

if TYPE_CHECKING:
    from tests.sdk.conftest import OpenCaller
    from tests.support.installation import Installation
    from tests.support.serving import Service


async def test_the_second_waits_for_the_first(
    server: Service, installation: Installation, open_caller: OpenCaller
) -> None:
    family = await installation.family(prepaid=10_000)
    options = Options(idempotency_key="once", timeout_seconds=240, max_retries=100)
    with FaultProxy(server.port) as proxy:
        caller = await open_caller(ClientSettings(proxy.base_url, family.partner_key.text))
        async with installation.owner.acquire() as owner, holding(owner, family.partner) as held:
            first = asyncio.create_task(ALLOCATE.do(caller, family, options))
            await held.until_waited_for()
            second = asyncio.create_task(ALLOCATE.do(caller, family, options))
            await asyncio.to_thread(
                proxy.wait, lambda: 409 in [exchange.status for exchange in proxy.exchanges]
            )
        made = {await first, await second}
        await caller.close()
    assert await ALLOCATE.made(installation, family) == list(made)
    assert set(proxy.keys()) == {"once"}
