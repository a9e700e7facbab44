"""SQL of the credit wallet: reading it, and calling the functions that move credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from partner_api.database.arguments import Caller, Idempotency, Outcome, call_money_function

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    import asyncpg

    from partner_api.database.connection import Connection


class WalletKey(NamedTuple):
    """Which wallet to read. With ``parent_id``, only if the organization is its direct child."""

    tenant_id: int
    organization_id: UUID
    parent_id: UUID | None = None


class CreditPosting(NamedTuple):
    """An operator's posting: ``credits`` signed for an adjustment, positive for the other types."""

    organization_id: UUID
    event_type: Literal["grant", "purchase", "adjustment", "refund"]
    credits: int
    job_id: UUID | None
    description: str | None
    metadata: dict[str, str]
    caller: Caller
    idempotency: Idempotency | None


class CreditAllocation(NamedTuple):
    """A transfer of prepaid credits from a partner to its child."""

    transfer_id: UUID
    partner_id: UUID
    organization_id: UUID
    credits: int
    description: str | None
    metadata: dict[str, str]
    caller: Caller
    idempotency: Idempotency | None


class CreditConfiguration(NamedTuple):
    """A patch of a child's cap and refill: a present key sets or, when None, clears."""

    organization_id: UUID
    partner_id: UUID
    patch: dict[str, Any]
    caller: Caller
    idempotency: Idempotency | None


class SubscriptionSetting(NamedTuple):
    """The whole subscription of an organization; ``started_on`` None keeps it, or starts today."""

    organization_id: UUID
    tier: str
    included_credits: int
    billing_status: str
    started_on: date | None
    caller: Caller
    idempotency: Idempotency | None


_READ_WALLETS = """
SELECT o.status, w.*, coalesce(p.format_prices, o.format_prices) AS format_prices
  FROM unnest($1::bigint[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS k (tenant_id, organization_id, parent_id, place)
  LEFT JOIN organizations o
    ON o.tenant_id = k.tenant_id AND o.id = k.organization_id
   AND (k.parent_id IS NULL OR o.parent_id = k.parent_id)
  LEFT JOIN wallets w ON w.tenant_id = o.tenant_id AND w.organization_id = o.id
  LEFT JOIN organizations p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id
 ORDER BY k.place
"""


async def read_wallets(
    connection: Connection, keys: Sequence[WalletKey], now: datetime
) -> list[asyncpg.Record | None]:
    """Read many wallets at once, each brought to ``now``; None where the key names none.

    A wallet whose period is over is rolled over first: the first touch after a boundary writes it, a read included.
    Columns: ``status`` (of the organization), the wallet's, ``format_prices``.
    """
    rows = await _fetch_wallets(connection, keys)
    overdue: dict[int, list[UUID]] = {}
    for row in rows:
        if row["period_end"] is not None and row["period_end"] <= now:
            overdue.setdefault(row["tenant_id"], []).append(row["organization_id"])
    if overdue:
        for tenant_id, organization_ids in overdue.items():
            await touch_wallets(connection, tenant_id, organization_ids, now)
        rows = await _fetch_wallets(connection, keys)
    return [row if row["organization_id"] is not None else None for row in rows]


async def _fetch_wallets(connection: Connection, keys: Sequence[WalletKey]) -> list[asyncpg.Record]:
    return await connection.fetch(
        _READ_WALLETS,
        [key.tenant_id for key in keys],
        [key.organization_id for key in keys],
        [key.parent_id for key in keys],
    )


async def touch_wallets(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID], now: datetime
) -> int:
    """Write the rollovers that are due on these wallets; gives how many wallets had one."""
    rolled = await connection.fetchval(
        "SELECT wallets_touch($1, $2, $3)", tenant_id, now, organization_ids
    )
    return int(rolled)


async def overdue_wallets(
    connection: Connection, now: datetime, limit: int
) -> dict[int, list[UUID]]:
    """Find wallets whose period is over, the longest overdue first, by tenant. Crosses tenants."""
    rows = await connection.fetch(
        """
        SELECT tenant_id, organization_id FROM wallets
         WHERE period_end <= $1 ORDER BY period_end LIMIT $2
        """,
        now,
        limit,
    )
    by_tenant: dict[int, list[UUID]] = {}
    for row in rows:
        by_tenant.setdefault(row["tenant_id"], []).append(row["organization_id"])
    return by_tenant


async def post(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CreditPosting]
) -> list[Outcome]:
    """Record grants, purchases, adjustments and refunds. Facts: ``{event, balance, available}``."""
    return await call_money_function(connection, "credit_post", tenant_id, now, items)


async def allocate(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CreditAllocation]
) -> list[Outcome]:
    """Move prepaid credits from the partner to children. Facts: the transfer, with the child's balances after it."""
    return await call_money_function(connection, "credit_allocate", tenant_id, now, items)


async def configure(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[CreditConfiguration]
) -> list[Outcome]:
    """Patch caps and refills. Facts: ``{config, balance, available}``."""
    return await call_money_function(connection, "credit_configure", tenant_id, now, items)


async def set_subscriptions(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[SubscriptionSetting]
) -> list[Outcome]:
    """Set subscriptions, granting at once what exceeds this period's highest allotment."""
    return await call_money_function(connection, "subscription_set", tenant_id, now, items)
