"""Claiming for a sender, of several tenants at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.endpoints import CLAIM_SECONDS, happen, make_endpoint, publish
from tests.support.tenants import NOON, make_partner

from partner_api.webhooks.sending import claims
from partner_api.webhooks.sending.claims import Share

if TYPE_CHECKING:
    from partner_api.database.connection import Connection, Pool
    from partner_api.webhooks.sending.claims import Claims


async def test_several_tenants_have_their_turn_at_once_and_share_the_slots(
    pool: Pool, connection: Connection
) -> None:
    """However many connections there are, no more is claimed than there are slots, and no turn is left out."""
    tenants = [await make_partner(connection) for _ in range(12)]
    for tenant in tenants:
        await make_endpoint(connection, tenant)
        await happen(connection, tenant, count=3)
        await publish(connection, tenant)
    order = sorted(tenant.tenant_id for tenant in tenants)
    others = await connection.fetch(
        "SELECT DISTINCT tenant_id FROM webhook_queues WHERE tenant_id <> ALL ($1::bigint[])", order
    )

    async def claim_some(limit: int, after_tenant: int) -> Claims:
        return await claims.claim(
            pool.acquire,
            NOON,
            Share(limit, 4, 16, busy_tenants={}, busy_endpoints={}),
            after_tenant=after_tenant,
            claim_seconds=CLAIM_SECONDS,
            left_out=[row["tenant_id"] for row in others],
        )

    first = await claim_some(20, -1)
    assert len(first.deliveries) == len({one.id for one in first.deliveries}) == 20
    assert (first.more, first.last_tenant in order[6:9]) == (True, True)
    assert {one.tenant_id for one in first.deliveries} <= set(order[:9])
    rest = await claim_some(1_000, first.last_tenant)
    assert len({one.id for one in (*first.deliveries, *rest.deliveries)}) == 36
    assert rest.failures == {}
