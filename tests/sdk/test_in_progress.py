"""Two requests with one key at the same time: the second is told to wait, and gets the answer of the first."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.sdk.callers import ClientSettings, Options
from tests.support.fault_proxy import FaultProxy
from tests.support.holding import holding_rows
from tests.support.installation import org_id

if TYPE_CHECKING:
    from tests.sdk.conftest import OpenCaller
    from tests.support.installation import Family, Installation
    from tests.support.serving import Service

HELD = "SELECT FROM organizations WHERE tenant_id = $1 FOR UPDATE"
CHANGES = (
    "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND event_type = 'organization.updated'"
)


async def test_the_second_waits_for_the_first(
    server: Service, installation: Installation, family: Family, open_caller: OpenCaller
) -> None:
    options = Options(idempotency_key="once", timeout_seconds=240, max_retries=100)
    tenant_id = family.child.tenant_id
    with FaultProxy(server.port) as proxy:
        caller = await open_caller(ClientSettings(proxy.base_url, family.partner_key.text))

        async def rename() -> object:
            name = "organizations.update"
            return await caller.call(name, options, orgId=org_id(family.child), name="Renamed")

        async with (
            installation.owner.acquire() as owner,
            holding_rows(owner, HELD, tenant_id) as held,
        ):
            first = asyncio.create_task(rename())
            await held.until_waited_for()
            second = asyncio.create_task(rename())
            await asyncio.to_thread(
                proxy.wait, lambda: 409 in [exchange.status for exchange in proxy.exchanges]
            )
        assert await first == await second
        assert set(proxy.keys()) == {"once"}
        await caller.close()
    assert await installation.owner.fetchval(CHANGES, tenant_id) == 1
