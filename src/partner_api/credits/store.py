"""SQL of the credit wallet: reading it, and calling the functions that move credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from partner_api.database.arguments import Caller, Idempotency, Outcome, call_money_function
from partner_api.database.lookups import Lookup

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


_WALLETS = Lookup(
    """
SELECT o.status, w.*, coalesce(p.format_prices, o.format_prices) AS format_prices
  FROM {asked}
  LEFT JOIN organizations o
    ON o.tenant_id = asked.tenant_id AND o.id = asked.organization_id
   AND (asked.parent_id IS NULL OR o.parent_id = asked.parent_id)
  LEFT JOIN wallets w ON w.tenant_id = o.tenant_id AND w.organization_id = o.id
  LEFT JOIN organizations p ON p.tenant_id = o.tenant_id AND p.id = o.parent_id
 ORDER BY asked.position
""",
    tenant_id="bigint",
    organization_id="uuid",
    parent_id="uuid",
)


async def read_wallets(
    connection: Connection, keys: Sequence[WalletKey], now: datetime
) -> list[asyncpg.Record | None]:
    """Read many wallets at once, each brought to ``now``; None where the key names none.

    A wallet whose period is over is rolled over first: the first touch after a boundary writes it, a read included.
    Columns: ``status`` (of the organization), the wallet's, ``format_prices``.
    """
    rows = await _WALLETS.fetch(connection, keys)
    overdue: dict[int, list[UUID]] = {}
    for row in rows:
        if row["period_end"] is not None and row["period_end"] <= now:
            overdue.setdefault(row["tenant_id"], []).append(row["organization_id"])
    if overdue:
        for tenant_id, organization_ids in overdue.items():
            await roll_over_due_wallets(connection, tenant_id, organization_ids, now)
        rows = await _WALLETS.fetch(connection, keys)
    return [row if row["organization_id"] is not None else None for row in rows]


async def roll_over_due_wallets(
    connection: Connection, tenant_id: int, organization_ids: Sequence[UUID], now: datetime
) -> int:
    """Write the rollovers that are due on these wallets; return how many wallets had one."""
    rolled = await connection.fetchval(
        "SELECT wallets_roll_over_due($1, $2, $3)", tenant_id, now, organization_ids
    )
    return int(rolled)


class EventFilter(NamedTuple):
    """Which events of a wallet to list. None is no filter; times are inclusive, milliseconds."""

    project_ids: Sequence[UUID] | None = None
    event_types: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


# One index scan per value of the filter, merged: a page costs the same in a ledger of any length.
_LIST_EVENTS = """
SELECT e.*
  FROM {source}
 CROSS JOIN LATERAL (
       SELECT e.*, credit_event_internal_hash(e) AS internal_hash FROM credit_events e
        WHERE e.tenant_id = $1 AND e.organization_id = $2 {match}
          AND e.sequence < coalesce($3, 9223372036854775807)
          AND e.sequence >= (SELECT CASE WHEN $4::timestamptz IS NULL THEN 1
                                    ELSE credit_sequence_at($1, $2, $4) END)
          AND e.sequence < (SELECT CASE WHEN $5::timestamptz IS NULL THEN 9223372036854775807
                                   ELSE credit_sequence_at($1, $2, $5 + interval '1 millisecond') END)
          AND ($6::uuid[] IS NULL OR e.project_id = ANY ($6))
          AND ($7::text[] IS NULL OR e.event_type = ANY ($7))
        ORDER BY e.sequence DESC
        LIMIT $8) e
 ORDER BY e.sequence DESC
 LIMIT $8
"""
_ANY_EVENT = _LIST_EVENTS.format(source="(SELECT 1) AS everything", match="")
_BY_TYPE = _LIST_EVENTS.format(
    source="unnest($7::text[]) AS wanted (event_type)",
    match="AND e.event_type = wanted.event_type",
)
# A project has events of two types, and the index has each of them in order.
_BY_PROJECT = _LIST_EVENTS.format(
    source="""(SELECT * FROM unnest($6::uuid[]) AS p (project_id),
                     unnest('{usage,refund}'::text[]) AS t (event_type)
                WHERE $7::text[] IS NULL OR event_type = ANY ($7)) AS wanted""",
    match="AND e.project_id = wanted.project_id AND e.event_type = wanted.event_type",
)


async def list_events(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    wanted: EventFilter,
    *,
    before: int | None,
    limit: int,
) -> list[asyncpg.Record]:
    """A page of a wallet's ledger, in the order in which it committed, newest first.

    Args:
        connection: any.
        tenant_id: the caller's.
        organization_id: whose wallet.
        wanted: filters; repeated values are taken once.
        before: the sequence after which the page begins; None for the first.
        limit: rows.
    """
    if wanted.project_ids is not None:
        statement = _BY_PROJECT
    elif wanted.event_types is not None:
        statement = _BY_TYPE
    else:
        statement = _ANY_EVENT
    return await connection.fetch(
        statement,
        tenant_id,
        organization_id,
        before,
        wanted.since,
        wanted.until,
        None if wanted.project_ids is None else list(dict.fromkeys(wanted.project_ids)),
        None if wanted.event_types is None else list(dict.fromkeys(wanted.event_types)),
        limit,
    )


async def read_head(
    connection: Connection, tenant_id: int, organization_id: UUID
) -> asyncpg.Record | None:
    """How far a wallet's ledger reaches: ``last_sequence``, ``last_hash``, ``event_id`` (None without events)."""
    return await connection.fetchrow(
        """
        SELECT w.last_sequence, w.last_hash, e.event_id
          FROM wallets w
          LEFT JOIN credit_events e
            ON e.tenant_id = w.tenant_id AND e.organization_id = w.organization_id
           AND e.sequence = w.last_sequence
         WHERE w.tenant_id = $1 AND w.organization_id = $2
        """,
        tenant_id,
        organization_id,
    )


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
    """The first end of a wallet's period after an instant. Crosses tenants."""
    end: datetime | None = await connection.fetchval(
        "SELECT min(period_end) FROM wallets WHERE period_end > $1", after
    )
    return end


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
