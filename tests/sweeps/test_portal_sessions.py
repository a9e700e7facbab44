"""Sessions of the portal are removed a day after they ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.portal import ask_for_link

from partner_api.clock import Clock
from partner_api.sweeps.portal_sessions import PurgePortalSessions

if TYPE_CHECKING:
    import httpx2
    from tests.support.installation import Installation


async def test_they_are_deleted_a_day_after_they_ended(
    local_api: httpx2.AsyncClient, installation: Installation
) -> None:
    families = [await installation.family() for _ in range(2)]
    for family in families:
        for _ in range(2):
            await ask_for_link(local_api, family.partner_key.headers)
    now = Clock().now()
    kept = {}
    for family, hours in zip(families, (23, 25), strict=True):
        tenant_id = family.partner.tenant_id
        await installation.owner.execute(
            "UPDATE portal_sessions SET expires_at = $1 WHERE tenant_id = $2",
            now - timedelta(hours=hours),
            tenant_id,
        )
        kept[tenant_id] = 2 if hours < 24 else 0
    sweep = PurgePortalSessions()
    while await sweep.step(installation.pool, now):
        pass
    for tenant_id, count in kept.items():
        assert count == await installation.owner.fetchval(
            "SELECT count(*) FROM portal_sessions WHERE tenant_id = $1", tenant_id
        )
