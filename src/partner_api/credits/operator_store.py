"""SQL of the sweep that rolls wallets over, across tenants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partner_api.database.looks import look

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from partner_api.database.connection import Connection


async def tenants_with_overdue_wallets(
    connection: Connection,
    now: datetime,
    limit: int,
    resting: Sequence[tuple[int, UUID]] = (),
    locked: Sequence[int] = (),
) -> list[int]:
    """Return tenants with wallets whose period is over, the longest overdue first. Crosses tenants.

    Args:
        connection: any.
        now: what ends later does not count.
        limit: how many at most.
        resting: wallets that do not count either, by tenant and organization.
        locked: tenants that do not.
    """
    rows = await look(
        connection,
        """
        SELECT tenant_id FROM wallets
         WHERE /* reached: tenant_id */ period_end <= $1 AND tenant_id <> ALL ($5::bigint[])
           AND (tenant_id, organization_id) NOT IN (SELECT * FROM unnest($3::bigint[], $4::uuid[]))
         GROUP BY tenant_id ORDER BY min(period_end) LIMIT $2
        """,
        now,
        limit,
        [tenant_id for tenant_id, _ in resting],
        [organization_id for _, organization_id in resting],
        locked,
    )
    return [row["tenant_id"] for row in rows]


async def overdue_wallets(
    connection: Connection,
    tenant_id: int,
    now: datetime,
    limit: int,
    resting: Sequence[UUID] = (),
) -> list[UUID]:
    """List wallets of a tenant whose period is over, the longest overdue first, but for ``resting``."""
    rows = await connection.fetch(
        """
        SELECT organization_id FROM wallets
         WHERE tenant_id = $1 AND period_end <= $2 AND organization_id <> ALL ($4::uuid[])
         ORDER BY period_end, organization_id LIMIT $3
        """,
        tenant_id,
        now,
        limit,
        resting,
    )
    return [row["organization_id"] for row in rows]


async def next_period_end(connection: Connection, after: datetime) -> datetime | None:
    """Return the first end of a wallet's period after an instant. Crosses tenants."""
    end: datetime | None = await connection.fetchval(
        "SELECT min(period_end) FROM wallets WHERE period_end > $1", after
    )
    return end
