"""SQL of the sweep that rolls wallets over, across tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


async def overdue_wallets(
    connection: Connection, now: datetime, limit: int, resting: Sequence[tuple[int, UUID]] = ()
) -> dict[int, list[UUID]]:
    """Find wallets whose period is over, the longest overdue first, by tenant. Crosses tenants.

    Args:
        connection: any.
        now: what ends later does not count.
        limit: how many at most.
        resting: wallets that do not count either, by tenant and organization.
    """
    rows = await connection.fetch(
        """
        SELECT tenant_id, organization_id FROM wallets
         WHERE period_end <= $1
           AND (tenant_id, organization_id) NOT IN (SELECT * FROM unnest($3::bigint[], $4::uuid[]))
         ORDER BY period_end LIMIT $2
        """,
        now,
        limit,
        [tenant_id for tenant_id, _ in resting],
        [organization_id for _, organization_id in resting],
    )
    by_tenant: dict[int, list[UUID]] = {}
    for row in rows:
        by_tenant.setdefault(row["tenant_id"], []).append(row["organization_id"])
    return by_tenant


async def next_period_end(connection: Connection, after: datetime) -> datetime | None:
    """Return the first end of a wallet's period after an instant. Crosses tenants."""
    end: datetime | None = await connection.fetchval(
        "SELECT min(period_end) FROM wallets WHERE period_end > $1", after
    )
    return end
