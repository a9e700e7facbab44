"""SQL of leased accounts and of the operator's pool."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID

from msgspec import Struct

from partner_api.database.arguments import Caller, Idempotency, Outcome, call_money_function

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from partner_api.database.connection import Connection


class LeasePosition(NamedTuple):
    """Where a page of leases starts: after this one, in (assigned_at, social_account_id) order.

    A cursor is read as one, so its types are needed when the program runs.
    """

    assigned_at: datetime
    social_account_id: UUID


class DisconnectItem(NamedTuple):
    """A lease to end: who ends it, and why in words. Without ``organization_id``, an operator's."""

    social_account_id: UUID
    organization_id: UUID | None
    reason: Literal["released_by_partner", "recalled_by_operator"]
    note: str | None
    caller: Caller
    idempotency: Idempotency | None


class PriceItem(NamedTuple):
    """What a lease costs from its next renewal on."""

    social_account_id: UUID
    monthly_price_cents: int
    caller: Caller
    idempotency: Idempotency | None


class LeaseRow(Struct, frozen=True):
    """A lease with what is shown of its account and project: the facts of what changes a lease."""

    social_account_id: UUID
    project_id: UUID
    organization_id: UUID
    pool_account_id: UUID | None
    handle: str
    platform: str
    followers: int
    status: str
    assigned_at: datetime
    next_renewal_at: datetime | None
    monthly_price_cents: int
    billing_status: str
    past_due_since: datetime | None
    disconnected_at: datetime | None
    disconnected_reason: str | None


async def disconnect(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[DisconnectItem]
) -> list[Outcome]:
    """End leases. Facts: those of ``LeaseRow``.

    A release first charges what was due by now, for all of the partner's leases; a recall charges nothing.
    """
    return await call_money_function(connection, "lease_disconnect", tenant_id, now, items)


async def set_price(
    connection: Connection, tenant_id: int, now: datetime, items: Sequence[PriceItem]
) -> list[Outcome]:
    """Set what leases cost from their next renewal on. Facts: those of ``LeaseRow``."""
    return await call_money_function(connection, "lease_set_price", tenant_id, now, items)


class Renewed(NamedTuple):
    """How far a commit of renewals came: of so many tenants, in their order, so many leases.

    ``stuck`` are the tenants with leases that are due and that cannot be advanced, whatever becomes of their money.
    """

    tenants: int
    leases: int
    stuck: Sequence[int]


async def renew(
    connection: Connection, tenant_ids: Sequence[int], now: datetime, limit: int
) -> Renewed:
    """Charge leases that are due, tenant by tenant, until about ``limit`` were paid, put off or ended.

    A cash wallet that somebody else holds is left to them, and counts as visited. Crosses tenants.
    """
    (row,) = await connection.fetch(
        "SELECT p_taken, p_advanced, p_stuck FROM leases_renew_partners($1, $2, $3)",
        tenant_ids,
        now,
        limit,
    )
    return Renewed(*row)


async def has_renewals(connection: Connection, tenant_id: int, now: datetime) -> bool:
    """Return whether a tenant's leases have something to charge."""
    return bool(
        await connection.fetchval(
            """
            SELECT EXISTS (SELECT FROM cash_wallets WHERE tenant_id = $1 AND renewals_due_at <= $2)
            """,
            tenant_id,
            now,
        )
    )


async def tenants_with_renewals(
    connection: Connection, now: datetime, limit: int, resting: Sequence[int] = ()
) -> list[int]:
    """Tenants whose cash wallet has something to charge, the longest overdue first. Crosses tenants.

    Args:
        connection: any.
        now: what is due later does not count.
        limit: how many at most.
        resting: tenants that do not count either.
    """
    rows = await connection.fetch(
        """
        SELECT tenant_id FROM cash_wallets
         WHERE renewals_due_at <= $1 AND tenant_id <> ALL ($3::bigint[])
         ORDER BY renewals_due_at LIMIT $2
        """,
        now,
        limit,
        resting,
    )
    return [row["tenant_id"] for row in rows]


async def next_renewal(connection: Connection, after: datetime) -> datetime | None:
    """The first instant after another at which a lease is to be charged or tried again. Crosses tenants."""
    due: datetime | None = await connection.fetchval(
        "SELECT min(renewals_due_at) FROM cash_wallets WHERE renewals_due_at > $1", after
    )
    return due


async def list_leases(
    connection: Connection,
    tenant_id: int,
    organization_id: UUID,
    project_id: UUID,
    *,
    statuses: Sequence[str],
    now: datetime,
    after: LeasePosition | None,
    limit: int,
) -> list[asyncpg.Record] | None:
    """A page of a project's leases, oldest assignment first; None when the project is not the organization's.

    One round trip for both answers: the project's own row comes back even when it has no lease.
    """
    rows = await connection.fetch(
        """
        SELECT l.social_account_id, l.project_id, s.handle, s.platform, s.followers, l.status, l.assigned_at,
               CASE l.status WHEN 'assigned' THEN lease_next_renewal(l.assigned_at, $5) END AS next_renewal_at,
               l.monthly_price_cents, l.billing_status, l.past_due_since, l.disconnected_at, l.disconnected_reason
          FROM projects p
          LEFT JOIN LATERAL (
               SELECT * FROM leases l
                WHERE l.tenant_id = p.tenant_id AND l.project_id = p.id AND l.status = ANY ($4::text[])
                  AND ($6::timestamptz IS NULL OR (l.assigned_at, l.social_account_id) > ($6, $7::uuid))
                ORDER BY l.assigned_at, l.social_account_id
                LIMIT $8) l ON true
          LEFT JOIN social_accounts s ON s.tenant_id = l.tenant_id AND s.id = l.social_account_id
         WHERE p.tenant_id = $1 AND p.organization_id = $2 AND p.id = $3
         ORDER BY l.assigned_at, l.social_account_id
        """,
        tenant_id,
        organization_id,
        project_id,
        list(statuses),
        now,
        after.assigned_at if after else None,
        after.social_account_id if after else None,
        limit,
    )
    if not rows:
        return None
    return [row for row in rows if row["social_account_id"] is not None]
